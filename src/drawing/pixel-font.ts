// Glyphs of 3×5 pixels, one octal digit a row (4 is the left pixel). Lower case is drawn as upper case.
// prettier-ignore
const glyphs: Readonly<Record<string, string>> = {
  '0': '75557', '1': '26227', '2': '71747', '3': '71717', '4': '55711',
  '5': '74717', '6': '74757', '7': '71222', '8': '75757', '9': '75717',
  A: '25755', B: '65656', C: '34443', D: '65556', E: '74647', F: '74644', G: '34553', H: '55755', I: '72227',
  J: '11152', K: '55655', L: '44447', M: '57755', N: '65555', O: '75557', P: '65644', Q: '25563', R: '65655',
  S: '34216', T: '72222', U: '55557', V: '55552', W: '55775', X: '55255', Y: '55222', Z: '71247',
  ' ': '00000', '.': '00002', ',': '00024', ':': '02020', '-': '00700', '+': '02720', '=': '07070', '_': '00007',
  '/': '11244', '%': '51245', '(': '12221', ')': '42224', '?': '71202',
};

export const glyphWidth = 3;
export const glyphHeight = 5;

/** Calls `plot(x, y)` for every pixel of `text`, glyphs 4 pixels apart; what the font lacks is drawn as '?'. */
export function drawText(text: string, plot: (x: number, y: number) => void): void {
  Array.from(text.toUpperCase()).forEach((character, position) => {
    const rows = glyphs[character] ?? '71202';
    for (let y = 0; y < glyphHeight; y++) {
      for (let x = 0; x < glyphWidth; x++) {
        if ((Number(rows[y]) >> (glyphWidth - 1 - x)) & 1) plot(position * (glyphWidth + 1) + x, y);
      }
    }
  });
}
