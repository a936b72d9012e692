// Numbers that a seed decides, so that a run can be repeated (mulberry32).
export function random(seed) {
  let state = seed >>> 0;
  const next = () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let t = state;
    t = Math.imul(t ^ (t >>> 15), t | 1);
    t ^= t + Math.imul(t ^ (t >>> 7), t | 61);
    return ((t ^ (t >>> 14)) >>> 0) / 4294967296;
  };
  const below = (n) => Math.floor(next() * n);
  return {
    below,
    chance: (p) => next() < p,
    pick: (list) => list[below(list.length)],
    // A few of a list, in their order.
    some: (list, most = list.length) => {
      const kept = list.filter(() => next() < 0.5).slice(0, most);
      return kept.length ? kept : [list[below(list.length)]];
    },
  };
}
