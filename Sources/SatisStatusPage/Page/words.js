// How things are said: states, times, durations, sources.

/** States that belong together, in the order of the tiles. */
export const groups = new Map([
  ['running', { label: 'Running', states: ['Running'] }],
  ['waiting', { label: 'Waiting', states: ['New', 'Queued', 'Retrying'] }],
  ['failed', { label: 'Failed', states: ['Failed', 'TimedOut', 'Invalid'] }],
  ['succeeded', { label: 'Succeeded', states: ['Succeeded'] }],
  ['other', { label: 'Set aside', states: ['Cancelled', 'Superseded'] }],
]);

/** The group of a build's state; of one that a later version has made up, the last. */
export function groupOf(state) {
  for (const [key, group] of groups) if (group.states.includes(state)) return key;
  return 'other';
}

const absoluteForm = new Intl.DateTimeFormat(undefined, { dateStyle: 'medium', timeStyle: 'medium' });
const clockForm = new Intl.DateTimeFormat(undefined, { timeStyle: 'medium' });
const dateForm = new Intl.DateTimeFormat(undefined, { dateStyle: 'medium' });
export const numberForm = new Intl.NumberFormat();

export const absolute = (time) => absoluteForm.format(time);
export const clock = (time) => clockForm.format(time);

const minute = 60, hour = 60 * minute, day = 24 * hour;

/** `42 s`, `3 min 5 s`, `2 h 10 min`. */
export function duration(seconds) {
  const whole = Math.max(0, Math.round(seconds));
  if (whole < minute) return `${whole} s`;
  if (whole < hour) return joined(Math.floor(whole / minute), 'min', whole % minute, 's');
  return joined(Math.floor(whole / hour), 'h', Math.floor((whole % hour) / minute), 'min');
}

function joined(large, largeUnit, small, smallUnit) {
  return small === 0 ? `${large} ${largeUnit}` : `${large} ${largeUnit} ${small} ${smallUnit}`;
}

/** `just now`, `5 min ago`, `in 3 h`, and the date of what is further away. */
export function relative(time, now) {
  const seconds = (now - time) / 1000;
  const distance = Math.abs(seconds);
  if (distance < minute) return seconds >= -5 ? 'just now' : 'in less than 1 min';
  if (distance >= 14 * day) return dateForm.format(time);
  const said = distance < hour ? `${Math.floor(distance / minute)} min`
    : distance < 2 * day ? `${Math.floor(distance / hour)} h`
    : `${Math.floor(distance / day)} d`;
  return seconds > 0 ? `${said} ago` : `in ${said}`;
}

/** What a build is about, in a line. */
export function what(build) {
  if (build.operation === 'Purge') return 'Purge';
  if (build.operation === 'Rollback') return build.release ? `Rollback to ${build.release}` : 'Rollback';
  if (!build.source) return 'Everything';
  const source = build.source.replace(/^[a-z+]+:\/\/([^/@]*@)?/, '').replace(/\.git$/, '');
  const ref = build.ref?.split(' ')[0].replace(/^refs\/(heads|tags)\//, '');
  return ref ? `${source} · ${ref}` : source;
}

/** An element with attributes and children; text becomes text, never markup. */
export function make(tag, attributes = {}, ...children) {
  const element = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) {
    if (value !== undefined && value !== null) element.setAttribute(name, value);
  }
  element.append(...children.filter((child) => child !== null && child !== undefined));
  return element;
}

/** A time said in relation to now, which `tick` keeps true. */
export function timeElement(text, now) {
  if (!text) return make('span', { class: 'minor' }, '–');
  const time = Date.parse(text);
  return make('time', { datetime: text, title: absolute(time), 'data-relative': '' }, relative(time, now));
}

/** How long something has lasted that goes on, which `tick` keeps true. */
export function runningElement(text, now) {
  return make('span', { 'data-since': text }, duration((now - Date.parse(text)) / 1000));
}

/** A state as a badge whose colour says nothing that its word does not. */
export function fillBadge(badge, state, group) {
  badge.textContent = state.replace(/([a-z])([A-Z])/g, '$1 $2').replace(/ [A-Z]/g, (part) => part.toLowerCase());
  badge.dataset.group = group;
}

/** Says anew what depends on the time. */
export function tick(now, withMinutes) {
  for (const element of document.querySelectorAll('[data-since]')) {
    say(element, duration((now - Date.parse(element.dataset.since)) / 1000));
  }
  if (!withMinutes) return;
  for (const element of document.querySelectorAll('time[data-relative]')) {
    say(element, relative(Date.parse(element.dateTime), now));
  }
}

/** Changes a text only where it is another one. */
export function say(element, text) {
  if (element.textContent !== text) element.textContent = text;
}
