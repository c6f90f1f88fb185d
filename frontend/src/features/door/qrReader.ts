/** Reads the QR code in a picture; null if there is none. */
export type QrReader = (video: HTMLVideoElement) => Promise<string | null>;

/** Wide enough for a ticket that fills half of the picture, and read in some 20 ms. */
const READ_WIDTH = 640;

/** The browser's reader where it has one, else one in JavaScript. */
export async function createQrReader(): Promise<QrReader> {
  if ('BarcodeDetector' in window) {
    const formats = await window.BarcodeDetector.getSupportedFormats().catch((): string[] => []);
    if (formats.includes('qr_code')) return nativeReader(new window.BarcodeDetector(QR_ONLY));
  }
  return scriptReader();
}

const QR_ONLY = { formats: ['qr_code'] };

function nativeReader(detector: BarcodeDetector): QrReader {
  return async (video) => (await detector.detect(video))[0]?.rawValue ?? null;
}

async function scriptReader(): Promise<QrReader> {
  const { decodeQR } = await import('qr/decode.js');
  const canvas = document.createElement('canvas');
  const context = canvas.getContext('2d', { willReadFrequently: true });
  return (video) => {
    const { videoWidth, videoHeight } = video;
    if (context === null || videoWidth === 0) return Promise.resolve(null);
    const scale = Math.min(1, READ_WIDTH / videoWidth);
    canvas.width = Math.round(videoWidth * scale);
    canvas.height = Math.round(videoHeight * scale);
    context.drawImage(video, 0, 0, canvas.width, canvas.height);
    const { data, width, height } = context.getImageData(0, 0, canvas.width, canvas.height);
    try {
      return Promise.resolve(decodeQR({ data, width, height }));
    } catch {
      // There is no code in this picture.
      return Promise.resolve(null);
    }
  };
}

/** https://wicg.github.io/shape-detection-api/, as far as it is used here. */
interface BarcodeDetector {
  detect(source: HTMLVideoElement): Promise<readonly { readonly rawValue: string }[]>;
}

declare global {
  interface Window {
    BarcodeDetector: {
      new (options: { readonly formats: readonly string[] }): BarcodeDetector;
      getSupportedFormats(): Promise<readonly string[]>;
    };
  }
}
