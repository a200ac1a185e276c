// A soft tone of two notes, made here: no file to load.

const notes: readonly [frequency: number, at: number][] = [[659.25, 0], [880, 0.11]];
const loudness = 0.06;
const lasts = 0.45;

let context: AudioContext | null = null;

/** chime plays the tone. Browsers stay silent until the page was touched once. */
export function chime(): void {
  try {
    context ??= new AudioContext();
  } catch {
    return; // no audio here
  }
  const audio = context;
  void audio.resume().then(() => {
    for (const [frequency, at] of notes) {
      const start = audio.currentTime + at;
      const tone = audio.createOscillator();
      const gain = audio.createGain();
      tone.type = "sine";
      tone.frequency.value = frequency;
      gain.gain.setValueAtTime(0, start);
      gain.gain.linearRampToValueAtTime(loudness, start + 0.02);
      gain.gain.exponentialRampToValueAtTime(0.0001, start + lasts);
      tone.connect(gain).connect(audio.destination);
      tone.start(start);
      tone.stop(start + lasts);
    }
  });
}
