// The products, drawn. Constant SVG: nothing in here comes from a request.
const shapes = {
  lamp: `<path d="M160 26 106 104h108z" fill="#e9a15b"/><path d="M116 104h88l-12 12h-64z" fill="#fff3d6"/>
    <path d="M156 116h8v50h-8z" fill="#7a4f2c"/><path d="M124 166h72v8h-72z" fill="#7a4f2c"/>
    <path d="m116 116-34 58h156l-34-58z" fill="#fff3d6" opacity=".45"/>`,
  print: `<rect x="86" y="22" width="148" height="156" fill="#fff"/><rect x="98" y="34" width="124" height="116" fill="#1f2f57"/>
    <circle cx="192" cy="60" r="12" fill="#f4e6b0"/><path d="M98 122h124v28H98z" fill="#14203e"/>
    <path d="M118 112h84l-10 16h-64z" fill="#f0f3fa"/><path d="M134 98h48v14h-48z" fill="#c9d4ee"/>
    <path d="M164 84h10v14h-10z" fill="#d9574a"/><path d="M140 103h5v5h-5zm12 0h5v5h-5zm12 0h5v5h-5z" fill="#f4c95d"/>
    <path d="M190 164c6-8 8 6 13-1 3-4 5 3 9-1" fill="none" stroke="#5d6c93" stroke-width="2"/>`,
  chair: `<path d="M120 26h80c4 0 7 3 7 7l-6 67h-82l-6-67c0-4 3-7 7-7z" fill="#3f9b73"/>
    <path d="M108 100h104v18H108z" fill="#2f7c5b"/>
    <path d="m116 118-12 58h9l14-58zm88 0 12 58h-9l-14-58z" fill="#7a5a3a"/>
    <path d="M132 118h7l-3 46h-6zm49 0h7l2 46h-6z" fill="#5f4529"/>`,
};

/** The picture of a product; its name stands beside it in words, so the picture itself says nothing to a screen reader. */
const art = ({ slug, hue }) =>
  `<svg class="art" aria-hidden="true" viewBox="0 0 320 200"><rect width="320" height="200" fill="hsl(${hue} 45% 88%)"/>
  <ellipse cx="160" cy="176" rx="96" ry="8" fill="hsl(${hue} 30% 70%)"/>${shapes[slug]}</svg>`;

module.exports = { art };
