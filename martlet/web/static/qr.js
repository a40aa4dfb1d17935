// A QR code for up to 62 bytes: version 4, error correction M, mask 0 (ISO/IEC 18004). Enough for the text of a key.
const SIZE = 33;
const BLOCKS = 2;
const DATA = 32;
const CHECK = 18;
const FORMAT = 0b101010000010010; // M, mask 0

const EXP = [1];
for (let at = 1; at < 255; at++) EXP[at] = (EXP[at - 1] << 1) ^ (EXP[at - 1] & 128 ? 0x11d : 0);
const LOG = [];
EXP.forEach((value, at) => (LOG[value] = at));
const times = (a, b) => (a && b ? EXP[(LOG[a] + LOG[b]) % 255] : 0);

function checks(data) {
  let generator = [1];
  for (let at = 0; at < CHECK; at++) {
    const next = [...generator, 0];
    generator.forEach((one, place) => (next[place + 1] ^= times(one, EXP[at])));
    generator = next;
  }
  const rest = [...data, ...Array(CHECK).fill(0)];
  for (let at = 0; at < data.length; at++) {
    const factor = rest[at];
    generator.forEach((one, place) => (rest[at + place] ^= times(one, factor)));
  }
  return rest.slice(data.length);
}

function codewords(text) {
  const bytes = [...new TextEncoder().encode(text)];
  const bits = "0100" + [bytes.length, ...bytes].map((one) => one.toString(2).padStart(8, "0")).join("") + "0000";
  const words = bits.match(/.{8}/g).map((one) => parseInt(one, 2));
  for (let pad = 0xec; words.length < BLOCKS * DATA; pad ^= 0xec ^ 0x11) words.push(pad);
  const blocks = Array.from({ length: BLOCKS }, (_, at) => words.slice(at * DATA, (at + 1) * DATA));
  const ends = blocks.map(checks);
  const mixed = (parts) => parts[0].flatMap((_, at) => parts.map((one) => one[at]));
  return [...mixed(blocks), ...mixed(ends)];
}

// Rows of 0 and 1.
export function drawn(text) {
  const grid = Array.from({ length: SIZE }, () => Array(SIZE).fill(null));
  const put = (row, column, dark) => (grid[row][column] = dark ? 1 : 0);
  const square = (row, column, reach, rings) => {
    for (let y = -reach; y <= reach; y++) {
      for (let x = -reach; x <= reach; x++) {
        const [r, c] = [row + y, column + x];
        if (r >= 0 && c >= 0 && r < SIZE && c < SIZE) put(r, c, rings.includes(Math.max(Math.abs(x), Math.abs(y))));
      }
    }
  };
  for (const [row, column] of [[3, 3], [3, SIZE - 4], [SIZE - 4, 3]]) square(row, column, 4, [0, 1, 3]);
  square(26, 26, 2, [0, 2]);
  for (let at = 8; at < SIZE - 8; at++) {
    put(6, at, at % 2 === 0);
    put(at, 6, at % 2 === 0);
  }
  for (let at = 0; at < 15; at++) {
    const bit = (FORMAT >> at) & 1;
    put(at < 6 ? at : at < 8 ? at + 1 : SIZE - 15 + at, 8, bit);
    put(8, at < 8 ? SIZE - 1 - at : at < 9 ? 7 : 14 - at, bit);
  }
  put(SIZE - 8, 8, 1);
  const bits = codewords(text).flatMap((one) => [...one.toString(2).padStart(8, "0")].map(Number));
  let at = 0;
  for (let column = SIZE - 1, up = true; column > 0; column -= 2, up = !up) {
    if (column === 6) column--;
    for (let step = 0; step < SIZE; step++) {
      const row = up ? SIZE - 1 - step : step;
      for (const c of [column, column - 1]) {
        if (grid[row][c] === null) put(row, c, (bits[at++] ?? 0) ^ ((row + c) % 2 === 0 ? 1 : 0));
      }
    }
  }
  return grid;
}

export function svg(text) {
  const made = (name, values) => {
    const one = document.createElementNS("http://www.w3.org/2000/svg", name);
    for (const [key, value] of Object.entries(values)) one.setAttribute(key, value);
    return one;
  };
  const path = drawn(text)
    .flatMap((row, y) => row.map((dark, x) => (dark ? `M${x + 3} ${y + 3}h1v1h-1z` : "")))
    .join("");
  const whole = made("svg", { viewBox: `0 0 ${SIZE + 6} ${SIZE + 6}`, class: "qr" });
  whole.append(made("path", { d: path, fill: "#000" }));
  return whole;
}
