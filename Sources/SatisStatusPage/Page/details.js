// One build in full, in a dialog whose address can be passed on.

import { absolute, duration, fillBadge, groupOf, make, timeElement, what } from './words.js';
import { builds, now } from './store.js';
import { took } from './tables.js';

const content = document.getElementById('content');
const dialog = document.getElementById('details');
const heading = document.getElementById('details-heading');
const body = document.getElementById('details-body');
let key = null;
let shown = null;

const wantedKey = () => (location.hash.startsWith('#build/') ? decodeURIComponent(location.hash.slice(7)) : null);

dialog.addEventListener('close', () => {
  key = shown = null;
  // Where it has to make room for the question who is there, it comes back afterwards.
  if (wantedKey() && !content.hidden) history.replaceState(null, '', location.pathname + location.search);
});
// A click beside it, which is one on the dialog itself, as its content fills it.
dialog.addEventListener('click', (event) => {
  if (event.target === dialog) dialog.close();
});

/** Opens or closes what the address names, and keeps it in step with the build. */
export function showDetails() {
  const wanted = content.hidden ? null : wantedKey();
  if (!wanted) {
    if (dialog.open) dialog.close();
    return;
  }
  const build = builds.get(wanted);
  const text = build?.text ?? '';
  if (wanted === key && text === shown) return;
  const isOther = wanted !== key;
  key = wanted;
  shown = text;
  heading.textContent = wanted.slice(wanted.indexOf('/') + 1);
  if (build) fill(build, isOther);
  else body.replaceChildren(make('p', {}, 'There is no such build, or no more: only so many are kept.'));
  if (!dialog.open) dialog.showModal();
  if (isOther) heading.focus();
}

function fill(build, isOther) {
  const badge = make('span', { class: 'badge' });
  fillBadge(badge, build.state, groupOf(build.state));
  const old = isOther ? null : body.querySelector('.more-details');
  const rest = old ?? make('div', { class: 'more-details' }, make('p', { class: 'minor' }, 'Reading the log…'));
  body.replaceChildren(
    make('p', { class: 'lead' }, badge, build.message ? make('span', {}, build.message) : null),
    facts(build), rest);
  readRest(build.key, rest);
}

function facts(build) {
  const list = make('dl', {});
  const add = (name, ...values) => {
    if (values.some((value) => value)) list.append(make('div', {}, make('dt', {}, name), make('dd', {}, ...values)));
  };
  add('Repository', build.repository);
  add('Namespace', build.namespace);
  add('What', what(build));
  add('Source', build.source);
  add('Asked for by', [build.trigger, build.actor].filter(Boolean).join(', '));
  add('Ref', build.ref);
  add('Commit', build.commit);
  add('Asked for', moment(build.created));
  add('Started', moment(build.started));
  add('Ended', moment(build.completed));
  if (build.started) add('Took', took(build));
  add('Attempts', build.attempts > 0 ? String(build.attempts) : null);
  add('Next attempt', moment(build.nextAttempt));
  add('Superseded by', build.supersededBy
    ? make('a', { href: `#build/${build.namespace}/${build.supersededBy}` }, build.supersededBy) : null);
  add('Release', build.release);
  return list;
}

function moment(text) {
  if (!text) return null;
  return make('span', {}, `${absolute(Date.parse(text))} (`, timeElement(text, now()), ')');
}

async function readRest(wanted, place) {
  let parts;
  try {
    const response = await fetch(`builds/${wanted.split('/').map(encodeURIComponent).join('/')}`);
    parts = response.ok ? restOf(await response.json()) : [unavailable(response.status)];
  } catch {
    parts = [unavailable(0)];
  }
  // Another one may be shown by now.
  if (wanted === key) place.replaceChildren(...parts);
}

function unavailable(status) {
  return make('p', { class: 'problem' }, status === 404
    ? 'This build is gone by now.'
    : 'Its attempts and its log cannot be read at this moment.');
}

function restOf(details) {
  const log = details.log
    ? make('pre', { tabindex: '0', role: 'region', 'aria-label': 'The end of the log' }, details.log)
    : make('p', { class: 'minor' }, 'There is no log yet.');
  return [...attempts(details.attempts), make('h3', {}, 'The end of the log'), log];
}

function attempts(list) {
  if (list.length === 0) return [];
  return [make('h3', {}, 'Attempts'), make('ol', { class: 'attempts' }, ...list.map((attempt) => {
    const time = attempt.completed
      ? duration((Date.parse(attempt.completed) - Date.parse(attempt.started)) / 1000) : 'not over';
    const end = [attempt.reason, attempt.exitCode === undefined ? null : `exit code ${attempt.exitCode}`, time];
    return make('li', {},
      make('p', {}, end.filter(Boolean).join(', ')),
      attempt.message ? make('p', {}, attempt.message) : null,
      make('p', { class: 'minor' }, `Job ${attempt.job}${attempt.pod ? `, pod ${attempt.pod}` : ''}`));
  }))];
}
