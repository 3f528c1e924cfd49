// Durations of the builds that ended last, as bars and in numbers.

import { duration, fillBadge, groupOf, make } from './words.js';

const most = 40, height = 100, width = 10, gap = 3;
const namespace = 'http://www.w3.org/2000/svg';

function draw(tag, attributes, ...children) {
  const element = document.createElementNS(namespace, tag);
  for (const [name, value] of Object.entries(attributes)) element.setAttribute(name, value);
  element.append(...children);
  return element;
}

let shown = '';

/** Draws the last of these, which are ordered newest first. */
export function drawChart(builds) {
  const ended = builds.filter((build) => build.seconds !== undefined && build.seconds !== null).slice(0, most);
  const state = ended.map((build) => build.text).join();
  if (state === shown) return;
  shown = state;
  const figure = document.getElementById('chart');
  const caption = document.getElementById('chart-text');
  document.getElementById('chart-numbers').hidden = ended.length === 0;
  figure.querySelector('.plot')?.remove();
  if (ended.length === 0) {
    caption.textContent = 'No build has ended yet.';
    return;
  }
  caption.textContent = summary(ended);
  figure.prepend(plot(ended));
  document.getElementById('chart-rows').replaceChildren(...ended.map(line));
}

/** All that can be seen in the bars, in a sentence. */
function summary(ended) {
  const times = ended.map((build) => build.seconds).sort((left, right) => left - right);
  const median = times[Math.floor((times.length - 1) / 2)];
  const failed = ended.filter((build) => groupOf(build.state) === 'failed').length;
  const others = failed === 0 ? 'none failed' : `${failed} failed (outlined)`;
  const subject = ended.length === 1 ? 'The last build' : `The last ${ended.length} builds, oldest first`;
  return `${subject}: half of them took ${duration(median)} or less, the longest ${duration(times.at(-1))}; ${others}.`;
}

function plot(ended) {
  const longest = Math.max(1, ...ended.map((build) => build.seconds));
  const total = most * (width + gap) - gap;
  const bars = [...ended].reverse().map((build, index) => {
    const size = Math.max(3, (build.seconds / longest) * (height - 2));
    // The newest stands at the right, however few there are.
    const x = (most - ended.length + index) * (width + gap);
    return draw('rect', {
      x: x + 1, y: height - size, width: width - 2, height: size, rx: 1.5, class: `bar ${groupOf(build.state)}`,
    }, draw('title', {}, `${build.name}: ${build.state}, ${duration(build.seconds)}`));
  });
  const picture = draw('svg', {
    viewBox: `0 0 ${total} ${height}`, preserveAspectRatio: 'none', role: 'img', 'aria-labelledby': 'chart-text',
  }, ...bars);
  return make('div', { class: 'plot' },
    make('div', { class: 'scale', 'aria-hidden': 'true' }, make('span', {}, duration(longest)), make('span', {}, '0')),
    picture);
}

function line(build) {
  const badge = make('span', { class: 'badge' });
  fillBadge(badge, build.state, groupOf(build.state));
  return make('tr', {},
    make('th', { scope: 'row' }, make('a', { href: `#build/${build.key}` }, build.name)),
    make('td', {}, badge),
    make('td', {}, duration(build.seconds)));
}
