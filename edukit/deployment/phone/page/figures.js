// Figures of what was measured: quantile, largest, checksum, and a time in words.

export function quantile(values, share) { // between the two nearest, as numpy does
  const sorted = [...values].sort((a, b) => a - b);
  const place = (sorted.length - 1) * share;
  const below = sorted[Math.floor(place)];
  return below + (place % 1) * (sorted[Math.ceil(place)] - below);
}

export const largest = (answer) => answer.reduce((best, value, i) => (value > answer[best] ? i : best), 0);

export function crc32(arrays) { // of the bytes of all arrays in a row, as zlib.crc32
  let crc = -1;
  for (const array of arrays) {
    for (const byte of new Uint8Array(array.buffer, array.byteOffset, array.byteLength)) {
      crc ^= byte;
      for (let bit = 0; bit < 8; bit++) crc = (crc >>> 1) ^ (crc & 1 ? 0xedb88320 : 0);
    }
  }
  return (crc ^ -1) >>> 0;
}

export function milliseconds(s) {
  return 1000 * s < 10 ? `${(1000 * s).toPrecision(2)} ms` : `${Math.round(1000 * s)} ms`;
}
