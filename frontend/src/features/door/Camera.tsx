import { useEffect, useEffectEvent, useRef, useState } from 'react';

import { createQrReader } from '@/features/door/qrReader';
import { t } from '@/i18n/language';

/** Between two pictures; a reader in JavaScript needs some 20 ms for each. */
const READ_MS = 120;

interface CameraProps {
  /** Pictures are not read meanwhile. */
  readonly isPaused: boolean;
  readonly onRead: (text: string) => void;
}

/** The picture of the camera at the back, and the codes in it. */
export function Camera({ isPaused, onRead }: CameraProps) {
  const video = useRef<HTMLVideoElement>(null);
  const [isBlocked, setIsBlocked] = useState(false);
  const read = useEffectEvent((text: string) => {
    if (!isPaused) onRead(text);
  });

  useEffect(() => {
    const over = new AbortController();
    watch(video.current, over.signal, read).catch(() => {
      if (!over.signal.aborted) setIsBlocked(true);
    });
    return () => {
      over.abort();
    };
  }, []);

  if (isBlocked) return <p className="door__no-camera">{t('door:noCamera')}</p>;
  return (
    <video ref={video} className="door__camera" aria-label={t('door:camera')} muted playsInline />
  );
}

/** Show the camera on a screen, and read codes until the signal. Throws if there is no camera. */
async function watch(
  screen: HTMLVideoElement | null,
  signal: AbortSignal,
  onRead: (text: string) => void,
): Promise<void> {
  if (screen === null) return;
  const [reader, stream] = await Promise.all([createQrReader(), openCamera()]);
  try {
    screen.srcObject = stream;
    await screen.play();
    const isOver = () => signal.aborted;
    while (!isOver()) {
      const text = await reader(screen);
      if (text !== null && !isOver()) onRead(text);
      await new Promise((resolve) => setTimeout(resolve, READ_MS));
    }
  } finally {
    for (const track of stream.getTracks()) track.stop();
  }
}

function openCamera(): Promise<MediaStream> {
  return navigator.mediaDevices.getUserMedia({
    video: { facingMode: 'environment', width: { ideal: 1280 } },
    audio: false,
  });
}
