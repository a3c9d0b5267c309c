/** Marks the section in view in the list of contents. */
export function followContents(list: Element): void {
  const details = list.querySelector('details');
  // Beside the text, where there is room, it stays open; above the text it opens when asked.
  const wide = matchMedia('(min-width: 84rem)');
  const unfold = (): void => {
    if (details) details.open = wide.matches;
  };
  wide.addEventListener('change', unfold);
  unfold();
  const links = new Map(
    [...list.querySelectorAll<HTMLAnchorElement>('a[href^="#"]')].map((link) => [link.hash.slice(1), link]),
  );
  const observer = new IntersectionObserver(
    (entries) => {
      for (const { target, isIntersecting } of entries) {
        if (!isIntersecting) continue;
        for (const [id, link] of links) {
          if (id === target.id) link.setAttribute('aria-current', 'true');
          else link.removeAttribute('aria-current');
        }
      }
    },
    { rootMargin: '-20% 0px -70% 0px' },
  );
  for (const id of links.keys()) {
    const section = document.getElementById(id);
    if (section) observer.observe(section);
  }
}
