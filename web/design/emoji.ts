/** The emoji of the small picker, by what they are good for in a support chat. Those that all current systems draw. */
export const emojiGroups: readonly string[] = [
  "😀 😄 😁 😅 😂 🙂 😉 😊 😍 🥰 😘 😋 😜 🤗 🤔 🤨 😐 🙄 😬 😌 😴 😎 🥳 😕 🙁 😮 😳 🥺 😢 😭 😤 😡 😱 😇 🤯 🤓",
  "👍 👎 👌 ✌️ 🤞 👋 🙌 👏 🙏 💪 🤝 👀 ❤️ 🧡 💛 💚 💙 💜 💔 ✨ 🔥 🎉 🎁 ⭐ ✅ ❌ ❓ ❗ 💡 ⏳ 📦 🚚 🛒 💳 📎 📧",
];
