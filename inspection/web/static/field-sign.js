"use strict";

/* A field to sign in with a finger, a pen or a mouse. What is kept are the strokes, as whole numbers of a field 1000 wide. */

(function (field) {
  const EDGE = 1000;
  const NEAR = 4;
  const MOST = 7000;

  function pad(canvas, changed) {
    const strokes = [];
    let pointer = null;

    const high = () => Math.round((canvas.clientHeight / canvas.clientWidth) * EDGE) || EDGE / 2;

    function place(event) {
      const box = canvas.getBoundingClientRect();
      const x = Math.round(((event.clientX - box.left) / box.width) * EDGE);
      const y = Math.round(((event.clientY - box.top) / box.width) * EDGE);
      return [Math.min(EDGE, Math.max(0, x)), Math.min(4 * EDGE, Math.max(0, y))];
    }

    function draw() {
      const scale = globalThis.devicePixelRatio || 1;
      canvas.width = canvas.clientWidth * scale;
      canvas.height = canvas.clientHeight * scale;
      const pen = canvas.getContext("2d");
      pen.scale(canvas.width / EDGE, canvas.width / EDGE);
      pen.strokeStyle = getComputedStyle(canvas).color;
      pen.lineWidth = 8;
      pen.lineCap = pen.lineJoin = "round";
      for (const stroke of strokes) {
        pen.beginPath();
        stroke.forEach(([x, y], n) => (n ? pen.lineTo(x, y) : pen.moveTo(x, y)));
        if (stroke.length === 1) pen.lineTo(...stroke[0]);
        pen.stroke();
      }
    }

    canvas.addEventListener("pointerdown", (event) => {
      if (pointer !== null || event.button) return;
      pointer = event.pointerId;
      canvas.setPointerCapture(pointer);
      strokes.push([place(event)]);
      draw();
    });
    canvas.addEventListener("pointermove", (event) => {
      if (event.pointerId !== pointer) return;
      const stroke = strokes[strokes.length - 1];
      for (const one of event.getCoalescedEvents ? [...event.getCoalescedEvents(), event] : [event]) {
        const [x, y] = place(one);
        const [lastX, lastY] = stroke[stroke.length - 1];
        const total = strokes.reduce((sum, each) => sum + each.length, 0);
        if (Math.abs(x - lastX) + Math.abs(y - lastY) >= NEAR && total < MOST) stroke.push([x, y]);
      }
      draw();
    });
    const ended = (event) => {
      if (event.pointerId !== pointer) return;
      pointer = null;
      changed();
    };
    canvas.addEventListener("pointerup", ended);
    canvas.addEventListener("pointercancel", ended);
    // Also when it comes into sight: hidden, it has no size.
    new ResizeObserver(draw).observe(canvas);
    draw();
    return {
      strokes: () => strokes.map((stroke) => stroke.map((point) => [...point])),
      points: () => strokes.reduce((sum, stroke) => sum + stroke.length, 0),
      height: high,
      clear() { strokes.length = 0; draw(); changed(); },
    };
  }

  function picture(strokes, height) {
    const space = "http://www.w3.org/2000/svg";
    const svg = document.createElementNS(space, "svg");
    svg.setAttribute("viewBox", `0 0 ${EDGE} ${height}`);
    svg.setAttribute("class", "field-signature");
    const path = document.createElementNS(space, "path");
    path.setAttribute("d", strokes.map((stroke) => {
      const points = stroke.map(([x, y]) => `${x} ${y}`);
      return `M${points[0]}L${(points.length > 1 ? points.slice(1) : points).join("L")}`;
    }).join(""));
    svg.append(path);
    return svg;
  }

  field.sign = { pad, picture };
})((globalThis.fieldwork = globalThis.fieldwork || {}));
