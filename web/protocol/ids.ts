/** newMessageId makes a client message id: 128 random bits as 32 lowercase hexadecimal digits. */
export function newMessageId(): string {
  const bytes = crypto.getRandomValues(new Uint8Array(16));
  return Array.from(bytes, (b) => b.toString(16).padStart(2, "0")).join("");
}
