/**
 * Finds out whether a page plays the sound of a video: by what it decodes, not by its name. Some editors play H.264 and
 * leave AAC out, so that an MP4 plays as if it had no sound.
 */

/** What browsers tell of the sound in a file, each in a way of its own. */
interface Telling {
  webkitAudioDecodedByteCount?: number;
  mozHasAudio?: boolean;
  audioTracks?: { length: number };
}

/** Seconds that must have played before silence counts: sound is decoded behind the picture. */
const HEARD_BY = 0.25;

/** True or false where the browser says whether it found sound that it can play; null while it does not. */
export function hears(video: HTMLVideoElement, played: number): boolean | null {
  const { webkitAudioDecodedByteCount: bytes, mozHasAudio, audioTracks } = video as HTMLVideoElement & Telling;
  if (bytes !== undefined) return bytes > 0 || (played >= HEARD_BY ? false : null);
  if (video.readyState < HTMLMediaElement.HAVE_CURRENT_DATA) return null;
  if (mozHasAudio !== undefined) return mozHasAudio;
  return audioTracks ? audioTracks.length > 0 : null;
}

/**
 * Calls back once for every file that is loaded into a video and plays without its sound. `aac` says whether its sound is
 * AAC: where a browser says itself that it cannot play that, it is known before anything plays.
 */
export function watchSound(video: HTMLVideoElement, signal: AbortSignal, aac: () => boolean, silent: () => void): void {
  let known = false;
  let played = 0;
  let before = 0;
  const learn = (heard: boolean | null) => {
    if (known || heard === null) return;
    known = true;
    if (!heard) silent();
  };
  const begin = () => {
    known = false;
    played = before = 0;
    if (aac() && video.canPlayType('audio/mp4; codecs="mp4a.40.2"') === "") learn(false);
  };
  const look = () => {
    const step = video.currentTime - before;
    before = video.currentTime;
    if (step > 0 && step < 1 && !video.seeking) played += step;
    learn(hears(video, played));
  };
  video.addEventListener("loadedmetadata", begin, { signal });
  for (const name of ["timeupdate", "canplay"]) video.addEventListener(name, look, { signal });
}
