"use strict";

/* Photos are made small on the phone before they are sent, and lose what the camera wrote into them, such as the place. */

(function (field) {
  const { sha256, hexOf } = globalThis.doubleRandomDraw;

  class NotTaken extends Error {}

  const megabytes = (size) => Math.floor(size / 1024 / 1024);

  async function digestOf(bytes) {
    if (globalThis.crypto && crypto.subtle) return hexOf(new Uint8Array(await crypto.subtle.digest("SHA-256", bytes)));
    return hexOf(sha256(new Uint8Array(bytes)));
  }

  async function smaller(file, limits) {
    let picture;
    try {
      picture = await createImageBitmap(file);
    } catch {
      throw new NotTaken(`“${file.name}”不是能打开的照片，没有收下。其他内容不受影响。`);
    }
    const share = Math.min(1, limits.edge / Math.max(picture.width, picture.height));
    const canvas = document.createElement("canvas");
    canvas.width = Math.max(1, Math.round(picture.width * share));
    canvas.height = Math.max(1, Math.round(picture.height * share));
    canvas.getContext("2d").drawImage(picture, 0, 0, canvas.width, canvas.height);
    picture.close();
    const blob = await new Promise((done) => canvas.toBlob(done, "image/jpeg", limits.quality));
    if (!blob) throw new NotTaken(`“${file.name}”处理不了，没有收下。请降低分辨率后再拍。`);
    return { bytes: await blob.arrayBuffer(), name: `${file.name.replace(/\.[^.]*$/, "") || "照片"}.jpg` };
  }

  /* The file as it will be sent. Throws NotTaken with a sentence for whoever chose it. */
  async function prepared(file, limits) {
    const form = file.type.startsWith("image/") ? "photo" : "document";
    if (form === "document" && file.size > limits.file) {
      throw new NotTaken(`“${file.name}”有 ${megabytes(file.size)} MB，超过 ${megabytes(limits.file)} MB，没有收下。其他内容不受影响。`);
    }
    if (!file.size) throw new NotTaken(`“${file.name}”是空的，没有收下。`);
    const kept = form === "photo" ? await smaller(file, limits) : { bytes: await file.arrayBuffer(), name: file.name };
    return { ...kept, form, digest: await digestOf(kept.bytes) };
  }

  /* A picture that a page may show: the policy lets in no blob addresses. */
  async function thumbnail(bytes) {
    const picture = await createImageBitmap(new Blob([bytes]), { resizeWidth: 320, resizeQuality: "medium" });
    const canvas = document.createElement("canvas");
    canvas.width = picture.width;
    canvas.height = picture.height;
    canvas.getContext("2d").drawImage(picture, 0, 0);
    return canvas.toDataURL("image/jpeg", 0.7);
  }

  /* What a QR code says in a photo that was just taken; null where this browser cannot read one. */
  async function scanned(file) {
    if (!("BarcodeDetector" in globalThis)) return null;
    const detector = new BarcodeDetector({ formats: ["qr_code"] });
    const [found] = await detector.detect(await createImageBitmap(file));
    return found ? found.rawValue : "";
  }

  field.photo = { prepared, thumbnail, scanned, digestOf, NotTaken, readsCodes: "BarcodeDetector" in globalThis };
})((globalThis.fieldwork = globalThis.fieldwork || {}));
