/** Sound is a soft blip for a new message. Browsers allow it only after the visitor used the page; before that it is silent. */
export class Sound {
  private context: AudioContext | null = null;

  /** blip plays in one of the browser's tabs. */
  blip(): void {
    const locks = (navigator as { locks?: LockManager }).locks;
    if (!locks) {
      this.play();
      return;
    }
    void locks.request("parlor-client/sound", { ifAvailable: true }, (lock) => {
      if (!lock) return undefined;
      this.play();
      return new Promise<void>((done) => setTimeout(done, 600));
    }).catch(() => undefined);
  }

  close(): void {
    void this.context?.close().catch(() => undefined);
    this.context = null;
  }

  private play(): void {
    const active = (navigator as { userActivation?: { hasBeenActive: boolean } }).userActivation;
    if (typeof AudioContext === "undefined" || active?.hasBeenActive === false) return;
    try {
      this.context ??= new AudioContext();
      const c = this.context;
      void c.resume().catch(() => undefined);
      tone(c, 660, 0);
      tone(c, 880, 0.09);
    } catch {
      // No audio device: the badge has to do.
    }
  }
}

function tone(c: AudioContext, hertz: number, delay: number): void {
  const start = c.currentTime + delay;
  const oscillator = c.createOscillator();
  const gain = c.createGain();
  oscillator.type = "sine";
  oscillator.frequency.value = hertz;
  gain.gain.setValueAtTime(0, start);
  gain.gain.linearRampToValueAtTime(0.06, start + 0.012);
  gain.gain.exponentialRampToValueAtTime(0.0001, start + 0.22);
  oscillator.connect(gain).connect(c.destination);
  oscillator.start(start);
  oscillator.stop(start + 0.24);
}
