// What the chatbox says, in its languages. {name}, {count}, {time} are filled in.

export interface Strings {
  title: string;
  open: string;
  close: string;
  unread: string;
  online: string;
  away: string;
  reconnecting: string;
  compose: string;
  send: string;
  emoji: string;
  typing: string;
  sending: string;
  sent: string;
  delivered: string;
  read: string;
  failed: string;
  retry: string;
  discard: string;
  blocked: string;
  tooLong: string;
  queued: string;
  offline: string;
  noCookies: string;
  deleted: string;
  awayNote: string;
  emailLabel: string;
  emailSend: string;
  emailThanks: string;
  emailWrong: string;
  newMessages: string;
  messageFrom: string;
  older: string;
  left: string;
  dismiss: string;
  file: string;
  submit: string;
  log: string;
}

const en: Strings = {
  title: "Chat with {name}",
  open: "Open chat",
  close: "Close chat",
  unread: "{count} unread",
  online: "Online",
  away: "Away. Leave a message",
  reconnecting: "Reconnecting…",
  compose: "Write a message…",
  send: "Send",
  emoji: "Emoji",
  typing: "{name} is typing",
  sending: "Sending…",
  sent: "Sent",
  delivered: "Delivered",
  read: "Read",
  failed: "Not sent.",
  retry: "Try again",
  discard: "Remove",
  blocked: "You cannot write here any more.",
  tooLong: "This message is too long.",
  queued: "Waiting for connection",
  offline: "No connection. Keep this page open: your messages go out as soon as you are back.",
  noCookies: "Your browser keeps no cookies for this page, so this chat ends when you leave it.",
  deleted: "This conversation was deleted. What you write starts a new one.",
  awayNote: "Nobody is here right now. Leave your e-mail address and we answer there too.",
  emailLabel: "Your e-mail address",
  emailSend: "Save",
  emailThanks: "Thank you. We write to {name} if you have left.",
  emailWrong: "Please check the address.",
  newMessages: "New messages",
  messageFrom: "{name} writes: {text}",
  older: "Loading older messages",
  left: "{count} left",
  dismiss: "Dismiss",
  file: "File",
  submit: "Send answer",
  log: "Messages",
};

const fr: Strings = {
  title: "Discuter avec {name}",
  open: "Ouvrir le chat",
  close: "Fermer le chat",
  unread: "{count} non lus",
  online: "En ligne",
  away: "Absent. Laissez un message",
  reconnecting: "Reconnexion…",
  compose: "Écrire un message…",
  send: "Envoyer",
  emoji: "Émoji",
  typing: "{name} écrit",
  sending: "Envoi…",
  sent: "Envoyé",
  delivered: "Distribué",
  read: "Lu",
  failed: "Non envoyé.",
  retry: "Réessayer",
  discard: "Retirer",
  blocked: "Vous ne pouvez plus écrire ici.",
  tooLong: "Ce message est trop long.",
  queued: "En attente de connexion",
  offline: "Pas de connexion. Gardez cette page ouverte : vos messages partiront dès votre retour.",
  noCookies: "Votre navigateur ne garde pas de cookies pour cette page : ce chat se termine quand vous la quittez.",
  deleted: "Cette conversation a été supprimée. Un nouveau message en commence une autre.",
  awayNote: "Personne n’est là pour le moment. Laissez votre adresse e-mail, nous y répondrons aussi.",
  emailLabel: "Votre adresse e-mail",
  emailSend: "Enregistrer",
  emailThanks: "Merci. Nous écrirons à {name} si vous êtes parti.",
  emailWrong: "Vérifiez l’adresse, s’il vous plaît.",
  newMessages: "Nouveaux messages",
  messageFrom: "{name} écrit : {text}",
  older: "Chargement des messages précédents",
  left: "{count} restants",
  dismiss: "Masquer",
  file: "Fichier",
  submit: "Envoyer la réponse",
  log: "Messages",
};

const de: Strings = {
  title: "Chat mit {name}",
  open: "Chat öffnen",
  close: "Chat schließen",
  unread: "{count} ungelesen",
  online: "Online",
  away: "Nicht da. Schreiben Sie uns",
  reconnecting: "Verbindung wird wiederhergestellt…",
  compose: "Nachricht schreiben…",
  send: "Senden",
  emoji: "Emoji",
  typing: "{name} schreibt",
  sending: "Wird gesendet…",
  sent: "Gesendet",
  delivered: "Zugestellt",
  read: "Gelesen",
  failed: "Nicht gesendet.",
  retry: "Noch einmal",
  discard: "Entfernen",
  blocked: "Sie können hier nicht mehr schreiben.",
  tooLong: "Diese Nachricht ist zu lang.",
  queued: "Wartet auf Verbindung",
  offline: "Keine Verbindung. Lassen Sie diese Seite offen: Ihre Nachrichten gehen hinaus, sobald Sie wieder verbunden sind.",
  noCookies: "Ihr Browser behält für diese Seite keine Cookies: Der Chat endet, wenn Sie sie verlassen.",
  deleted: "Dieses Gespräch wurde gelöscht. Mit Ihrer nächsten Nachricht beginnt ein neues.",
  awayNote: "Gerade ist niemand da. Lassen Sie Ihre E-Mail-Adresse hier, dann antworten wir auch dorthin.",
  emailLabel: "Ihre E-Mail-Adresse",
  emailSend: "Speichern",
  emailThanks: "Danke. Wir schreiben an {name}, falls Sie nicht mehr hier sind.",
  emailWrong: "Bitte prüfen Sie die Adresse.",
  newMessages: "Neue Nachrichten",
  messageFrom: "{name} schreibt: {text}",
  older: "Ältere Nachrichten werden geladen",
  left: "noch {count}",
  dismiss: "Ausblenden",
  file: "Datei",
  submit: "Antwort senden",
  log: "Nachrichten",
};

const es: Strings = {
  title: "Chat con {name}",
  open: "Abrir el chat",
  close: "Cerrar el chat",
  unread: "{count} sin leer",
  online: "En línea",
  away: "Ausente. Deja un mensaje",
  reconnecting: "Reconectando…",
  compose: "Escribe un mensaje…",
  send: "Enviar",
  emoji: "Emoji",
  typing: "{name} está escribiendo",
  sending: "Enviando…",
  sent: "Enviado",
  delivered: "Entregado",
  read: "Leído",
  failed: "No enviado.",
  retry: "Reintentar",
  discard: "Quitar",
  blocked: "Ya no puedes escribir aquí.",
  tooLong: "Este mensaje es demasiado largo.",
  queued: "Esperando conexión",
  offline: "Sin conexión. Deja esta página abierta: enviaremos tus mensajes en cuanto vuelvas.",
  noCookies: "Tu navegador no guarda cookies en esta página: el chat termina cuando la dejes.",
  deleted: "Esta conversación se eliminó. Lo que escribas empieza una nueva.",
  awayNote: "Ahora no hay nadie. Deja tu correo electrónico y te responderemos también allí.",
  emailLabel: "Tu correo electrónico",
  emailSend: "Guardar",
  emailThanks: "Gracias. Escribiremos a {name} si ya no estás aquí.",
  emailWrong: "Revisa la dirección, por favor.",
  newMessages: "Mensajes nuevos",
  messageFrom: "{name} escribe: {text}",
  older: "Cargando mensajes anteriores",
  left: "quedan {count}",
  dismiss: "Ocultar",
  file: "Archivo",
  submit: "Enviar respuesta",
  log: "Mensajes",
};

const ar: Strings = {
  title: "محادثة مع {name}",
  open: "فتح المحادثة",
  close: "إغلاق المحادثة",
  unread: "غير مقروءة: {count}",
  online: "متصلون الآن",
  away: "غير متصلين. اترك رسالة",
  reconnecting: "جارٍ إعادة الاتصال…",
  compose: "اكتب رسالة…",
  send: "إرسال",
  emoji: "رموز تعبيرية",
  typing: "{name} يكتب",
  sending: "جارٍ الإرسال…",
  sent: "أُرسلت",
  delivered: "وصلت",
  read: "قُرئت",
  failed: "لم تُرسل.",
  retry: "أعد المحاولة",
  discard: "إزالة",
  blocked: "لم يعد بإمكانك الكتابة هنا.",
  tooLong: "هذه الرسالة طويلة جدًا.",
  queued: "في انتظار الاتصال",
  offline: "لا يوجد اتصال. أبقِ هذه الصفحة مفتوحة: سنرسل رسائلك فور عودتك.",
  noCookies: "متصفحك لا يحفظ ملفات تعريف الارتباط لهذه الصفحة، لذا تنتهي المحادثة عند مغادرتها.",
  deleted: "حُذفت هذه المحادثة. ما تكتبه الآن يبدأ محادثة جديدة.",
  awayNote: "لا يوجد أحد الآن. اترك بريدك الإلكتروني وسنجيبك هناك أيضًا.",
  emailLabel: "بريدك الإلكتروني",
  emailSend: "حفظ",
  emailThanks: "شكرًا. سنكتب إلى {name} إذا غادرت.",
  emailWrong: "يرجى التحقق من العنوان.",
  newMessages: "رسائل جديدة",
  messageFrom: "{name}: {text}",
  older: "جارٍ تحميل الرسائل الأقدم",
  left: "المتبقي: {count}",
  dismiss: "إخفاء",
  file: "ملف",
  submit: "إرسال الجواب",
  log: "الرسائل",
};

const languages: Record<string, Strings> = { en, fr, de, es, ar };
const rightToLeft = new Set(["ar", "he", "fa", "ur"]);

/** Language is one of the chatbox's languages with the locale in which it writes times. */
export interface Language {
  locale: string;
  dir: "ltr" | "rtl";
  strings: Strings;
}

/** languageOf picks the first wish that the chatbox speaks, as "fr-CA" by "fr"; English when there is none. */
export function languageOf(wishes: readonly (string | null | undefined)[]): Language {
  for (const wish of wishes) {
    const language = (wish ?? "").toLowerCase().split(/[-_]/)[0]!;
    const strings = Object.prototype.hasOwnProperty.call(languages, language) ? languages[language] : undefined;
    if (strings) return { locale: wish!.replace("_", "-"), dir: rightToLeft.has(language) ? "rtl" : "ltr", strings };
  }
  return { locale: "en", dir: "ltr", strings: en };
}

/** fill puts values into a text. They are text, never markup. */
export function fill(text: string, values: Record<string, string | number>): string {
  return text.replace(/\{(\w+)\}/g, (all, name: string) => (name in values ? String(values[name]) : all));
}

/** languageNames are the languages that the chatbox speaks. */
export function languageNames(): string[] {
  return Object.keys(languages);
}

/** stringsOf are the words of one language, for tests of completeness. */
export function stringsOf(language: string): Strings {
  return languages[language] ?? en;
}
