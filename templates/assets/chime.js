// Two notes, made here: nothing to fetch.

/** Plays the two notes so many times. */
export function chime(context, times) {
  for (let turn = 0; turn < times; turn++) {
    note(context, 659, turn * 1.3);
    note(context, 523, turn * 1.3 + 0.35);
  }
}

function note(context, pitch, after) {
  const [tone, volume] = [context.createOscillator(), context.createGain()];
  const begins = context.currentTime + after;
  tone.frequency.value = pitch;
  volume.gain.setValueAtTime(0.0001, begins);
  volume.gain.exponentialRampToValueAtTime(0.5, begins + 0.03);
  volume.gain.exponentialRampToValueAtTime(0.0001, begins + 0.6);
  tone.connect(volume).connect(context.destination);
  tone.start(begins);
  tone.stop(begins + 0.65);
}
