"use strict";

/* SHA-256 and SHA-512 (FIPS 180-4), by hand: browsers offer theirs only to pages that came over https, and a record must
   be verifiable from a plain http page and from a saved file. */

(function (draw) {
  const MASK = (1n << 64n) - 1n;

  function firstPrimes(count) {
    const found = [];
    for (let n = 2; found.length < count; n += 1) {
      if (found.every((prime) => n % prime !== 0)) found.push(n);
    }
    return found;
  }

  /* The first 64 bits behind the point of the square (2) or cube (3) root of n: the standard takes its constants from
     these, SHA-512 all 64 bits and SHA-256 the first 32. */
  function fractionOfRoot(n, power) {
    const target = BigInt(n) << BigInt(64 * power);
    let low = 0n;
    let high = 1n << 68n;
    while (high - low > 1n) {
      const middle = (low + high) >> 1n;
      if (middle ** BigInt(power) <= target) low = middle;
      else high = middle;
    }
    return low & MASK;
  }

  const ROUND_64 = firstPrimes(80).map((prime) => fractionOfRoot(prime, 3));
  const START_64 = firstPrimes(8).map((prime) => fractionOfRoot(prime, 2));
  const ROUND = Int32Array.from(ROUND_64.slice(0, 64), (word) => Number(word >> 32n) | 0);
  const START = Int32Array.from(START_64, (word) => Number(word >> 32n) | 0);
  const HEX = Array.from({ length: 256 }, (_, byte) => byte.toString(16).padStart(2, "0"));
  const schedule = new Int32Array(64);
  const encoder = new TextEncoder();

  /* One block of 64 bytes into the state of eight words. */
  function absorb(state, bytes, offset) {
    const w = schedule;
    for (let n = 0, at = offset; n < 16; n += 1, at += 4) {
      w[n] = (bytes[at] << 24) | (bytes[at + 1] << 16) | (bytes[at + 2] << 8) | bytes[at + 3];
    }
    for (let n = 16; n < 64; n += 1) {
      const x = w[n - 15];
      const y = w[n - 2];
      const s0 = ((x >>> 7) | (x << 25)) ^ ((x >>> 18) | (x << 14)) ^ (x >>> 3);
      const s1 = ((y >>> 17) | (y << 15)) ^ ((y >>> 19) | (y << 13)) ^ (y >>> 10);
      w[n] = (w[n - 16] + s0 + w[n - 7] + s1) | 0;
    }
    let a = state[0], b = state[1], c = state[2], d = state[3];
    let e = state[4], f = state[5], g = state[6], h = state[7];
    for (let n = 0; n < 64; n += 1) {
      const s1 = ((e >>> 6) | (e << 26)) ^ ((e >>> 11) | (e << 21)) ^ ((e >>> 25) | (e << 7));
      const t1 = (h + s1 + ((e & f) ^ (~e & g)) + ROUND[n] + w[n]) | 0;
      const s0 = ((a >>> 2) | (a << 30)) ^ ((a >>> 13) | (a << 19)) ^ ((a >>> 22) | (a << 10));
      const t2 = (s0 + ((a & b) ^ (a & c) ^ (b & c))) | 0;
      h = g; g = f; f = e; e = (d + t1) | 0;
      d = c; c = b; b = a; a = (t1 + t2) | 0;
    }
    state[0] += a; state[1] += b; state[2] += c; state[3] += d;
    state[4] += e; state[5] += f; state[6] += g; state[7] += h;
  }

  /* The end of a message: `used` bytes stand in `tail` (128 bytes long), `length` is that of the whole message. */
  function finish(state, tail, used, length) {
    const end = used < 56 ? 64 : 128;
    tail.fill(0, used, end);
    tail[used] = 0x80;
    new DataView(tail.buffer).setUint32(end - 8, Math.floor(length / 0x20000000));
    new DataView(tail.buffer).setUint32(end - 4, (length * 8) >>> 0);
    absorb(state, tail, 0);
    if (end === 128) absorb(state, tail, 64);
  }

  function bytesOf(state) {
    const bytes = new Uint8Array(32);
    for (let n = 0; n < 32; n += 1) bytes[n] = state[n >> 2] >>> (24 - 8 * (n & 3));
    return bytes;
  }

  function hexOf(bytes) {
    let text = "";
    for (const byte of bytes) text += HEX[byte];
    return text;
  }

  const digits = new Uint8Array(64);

  /* The state as hex, in one piece: a string that is put together from many is slow to compare. */
  function hexOfState(state) {
    for (let n = 0; n < 64; n += 1) {
      const digit = (state[n >> 3] >>> (28 - 4 * (n & 7))) & 15;
      digits[n] = digit < 10 ? 48 + digit : 87 + digit;
    }
    return String.fromCharCode.apply(null, digits);
  }

  function bytesOfHex(text) {
    return Uint8Array.from({ length: text.length / 2 }, (_, n) => parseInt(text.slice(2 * n, 2 * n + 2), 16));
  }

  /* A digest of what comes in pieces. */
  class Sha256 {
    constructor() {
      this.state = START.slice();
      this.tail = new Uint8Array(128);
      this.used = 0;
      this.length = 0;
    }

    update(bytes) {
      this.length += bytes.length;
      let taken = 0;
      if (this.used) {
        taken = Math.min(64 - this.used, bytes.length);
        this.tail.set(bytes.subarray(0, taken), this.used);
        this.used += taken;
        if (this.used < 64) return this;
        absorb(this.state, this.tail, 0);
        this.used = 0;
      }
      for (; taken + 64 <= bytes.length; taken += 64) absorb(this.state, bytes, taken);
      this.tail.set(bytes.subarray(taken));
      this.used = bytes.length - taken;
      return this;
    }

    text(text) {
      return this.update(encoder.encode(text));
    }

    digest() {
      finish(this.state, this.tail, this.used, this.length);
      return bytesOf(this.state);
    }
  }

  function sha256(...pieces) {
    const hash = new Sha256();
    for (const piece of pieces) hash.update(piece);
    return hash.digest();
  }

  /* SHA(text) of the specification, as hex. */
  function sha(text) {
    return hexOf(sha256(encoder.encode(text)));
  }

  /* SHA(prefix + id) for one ASCII id after another: the prefix, which is the same for all, is absorbed once. `lead` gives
     the first 53 bits as a number, which is quicker to compare, and nearly always enough. */
  function ticketsUnder(prefix) {
    const bytes = encoder.encode(prefix);
    const whole = bytes.length - (bytes.length % 64);
    const absorbed = START.slice();
    for (let at = 0; at < whole; at += 64) absorb(absorbed, bytes, at);
    const state = new Int32Array(8);
    const tail = new Uint8Array(256);
    const kept = bytes.length - whole;
    const digest = (id) => {
      state.set(absorbed);
      tail.set(bytes.subarray(whole));
      for (let n = 0; n < id.length; n += 1) tail[kept + n] = id.charCodeAt(n);
      let used = kept + id.length;
      const rest = used >= 64 ? 64 : 0;
      if (rest) {
        absorb(state, tail, 0);
        tail.copyWithin(0, 64, used);
        used -= 64;
      }
      finish(state, tail, used, whole + kept + id.length);
    };
    const ticket = (id) => {
      digest(id);
      return hexOfState(state);
    };
    ticket.lead = (id) => {
      digest(id);
      return (state[0] >>> 0) * 0x200000 + (state[1] >>> 11);
    };
    return ticket;
  }

  function turned(word, by) {
    return ((word >> by) | (word << (64n - by))) & MASK;
  }

  /* SHA-512 of a short message, in big integers: the signature of a checkpoint needs it once. */
  function sha512(message) {
    const padded = new Uint8Array(Math.ceil((message.length + 17) / 128) * 128);
    padded.set(message);
    padded[message.length] = 0x80;
    const view = new DataView(padded.buffer);
    view.setUint32(padded.length - 4, message.length * 8);
    const state = START_64.slice();
    for (let block = 0; block < padded.length; block += 128) {
      const w = Array.from({ length: 16 }, (_, n) => view.getBigUint64(block + 8 * n));
      for (let n = 16; n < 80; n += 1) {
        const s0 = turned(w[n - 15], 1n) ^ turned(w[n - 15], 8n) ^ (w[n - 15] >> 7n);
        const s1 = turned(w[n - 2], 19n) ^ turned(w[n - 2], 61n) ^ (w[n - 2] >> 6n);
        w.push((w[n - 16] + s0 + w[n - 7] + s1) & MASK);
      }
      let [a, b, c, d, e, f, g, h] = state;
      for (let n = 0; n < 80; n += 1) {
        const s1 = turned(e, 14n) ^ turned(e, 18n) ^ turned(e, 41n);
        const t1 = h + s1 + ((e & f) ^ (~e & MASK & g)) + ROUND_64[n] + w[n];
        const s0 = turned(a, 28n) ^ turned(a, 34n) ^ turned(a, 39n);
        const t2 = s0 + ((a & b) ^ (a & c) ^ (b & c));
        [a, b, c, d, e, f, g, h] = [(t1 + t2) & MASK, a, b, c, (d + t1) & MASK, e, f, g];
      }
      [a, b, c, d, e, f, g, h].forEach((word, n) => { state[n] = (state[n] + word) & MASK; });
    }
    const digest = new DataView(new ArrayBuffer(64));
    state.forEach((word, n) => digest.setBigUint64(8 * n, word));
    return new Uint8Array(digest.buffer);
  }

  Object.assign(draw, { Sha256, sha, sha256, sha512, ticketsUnder, hexOf, bytesOfHex });
})((globalThis.doubleRandomDraw = globalThis.doubleRandomDraw || {}));
