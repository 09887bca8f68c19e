// What the hall hears: a chime, then the number in Danish and English where the device has voices. Never blocks for long.

const CHIMES = { call: [783.99, 523.25], recall: [523.25, 659.25, 783.99] };
const NOTE_SECONDS = 0.42;
const RING_SECONDS = 0.9;
const WAKE_MS = 400;
const FIRST_LANGUAGE_MS = 3500;
const SPEECH_MS = 6000;

const pause = (ms) => new Promise((done) => setTimeout(done, ms));

function openAudio() {
  try {
    return new AudioContext({ latencyHint: "interactive" });
  } catch {
    return null; // a device without sound still shows every call
  }
}

function ring(audio, frequency, at) {
  const tone = audio.createOscillator();
  const level = audio.createGain();
  tone.type = "triangle";
  tone.frequency.value = frequency;
  level.gain.setValueAtTime(0, at);
  level.gain.linearRampToValueAtTime(0.5, at + 0.02);
  level.gain.exponentialRampToValueAtTime(0.0001, at + RING_SECONDS);
  tone.connect(level).connect(audio.destination);
  tone.start(at);
  tone.stop(at + RING_SECONDS);
}

function voiceFor(language) {
  const voices = speechSynthesis.getVoices().filter((voice) => voice.lang.toLowerCase().startsWith(language));
  return voices.find((voice) => voice.localService) ?? voices[0];
}

function say(text, voice) {
  const words = new SpeechSynthesisUtterance(text);
  words.voice = voice;
  words.lang = voice.lang;
  words.rate = 0.95;
  const ended = new Promise((done) => {
    words.onend = done;
    words.onerror = done;
  });
  speechSynthesis.speak(words);
  return ended;
}

async function speak(call) {
  if (!("speechSynthesis" in window)) return;
  const began = performance.now();
  const texts = [["da", `Nummer ${call.number}. ${call.label.da}.`], ["en", `Number ${call.number}. ${call.label.en}.`]];
  for (const [language, text] of texts) {
    const voice = voiceFor(language);
    const left = SPEECH_MS - (performance.now() - began);
    if (!voice || left <= 0) continue;
    await Promise.race([say(text, voice), pause(language === "da" ? FIRST_LANGUAGE_MS : left)]);
    speechSynthesis.cancel(); // a voice that hangs must not hold back the next
  }
}

/** Sound for the wall; `changed()` is told when it becomes possible or impossible. */
export function createSound({ changed }) {
  const audio = openAudio();
  if (audio) audio.onstatechange = changed;
  const on = () => audio?.state === "running";

  async function chime(kind) {
    if (audio && !on()) await Promise.race([audio.resume().catch(() => undefined), pause(WAKE_MS)]);
    if (!on()) return; // never queue notes on a sleeping output: they would all ring at once later
    const notes = CHIMES[kind];
    notes.forEach((frequency, i) => ring(audio, frequency, audio.currentTime + 0.05 + i * NOTE_SECONDS));
    await pause((notes.length * NOTE_SECONDS + 0.3) * 1000);
  }

  return {
    /** Whether the hall can hear. */
    on,
    /** Ask for sound; browsers grant it after a tap or a key. */
    unlock: () => void audio?.resume().catch(() => undefined),
    /** Chime, then speak one call; ends within 8 s whatever the device does. */
    async announce(call) {
      await chime(call.again ? "recall" : "call");
      await speak(call);
    },
  };
}
