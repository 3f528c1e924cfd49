// The tables of repositories and of builds, whose rows are kept and changed where they stand.

import { fillBadge, groupOf, make, numberForm, runningElement, timeElement, what, duration } from './words.js';
import { now } from './store.js';

/** Rows of a table body, made of a template and found again by their keys. */
class Rows {
  constructor(body, template, fill) {
    this.body = document.getElementById(body);
    this.template = document.getElementById(template);
    this.fill = fill;
    this.entries = new Map();
  }

  show(rows) {
    const wanted = new Set(rows.map((row) => row.key));
    for (const [key, entry] of this.entries) {
      if (wanted.has(key)) continue;
      entry.element.remove();
      this.entries.delete(key);
    }
    // Rows that stay keep their place in the document, and with it focus and selection.
    let place = this.body.firstElementChild;
    for (const row of rows) {
      const entry = this.entry(row);
      if (entry.element === place) place = place.nextElementSibling;
      else this.body.insertBefore(entry.element, place);
    }
  }

  entry(row) {
    let entry = this.entries.get(row.key);
    if (!entry) {
      const element = this.template.content.firstElementChild.cloneNode(true);
      const parts = {};
      for (const part of element.querySelectorAll('[data-part]')) parts[part.dataset.part] = part;
      entry = { element, parts, text: null };
      this.entries.set(row.key, entry);
    }
    if (entry.text !== row.text) {
      entry.text = row.text;
      this.fill(entry.parts, row);
    }
    return entry;
  }
}

function sayMessage(element, message) {
  element.textContent = message ?? '';
  element.hidden = !message;
}

/** Shows repositories; `choose` is called with the key of one whose builds are wanted. */
export class RepositoryTable {
  constructor(choose) {
    this.rows = new Rows('repository-rows', 'repository-row', (parts, row) => {
      parts.namespace.textContent = `${row.namespace}/`;
      parts.name.textContent = row.name;
      parts.choose.title = `Builds of ${row.key}`;
      parts.choose.onclick = () => choose(row.key);
      fillBadge(parts.state, row.state, row.isReady ? 'succeeded' : row.state === 'Suspended' ? 'other'
        : row.state === 'New' ? 'waiting' : 'failed');
      sayMessage(parts.message, row.isReady ? null : row.message);
      parts.now.replaceChildren(...work(row));
      parts.success.replaceChildren(timeElement(row.lastSucceeded, now()));
      parts.release.textContent = row.release ?? '';
      parts.next.replaceChildren(timeElement(row.nextFullBuild, now()));
      parts.purge.replaceChildren(...(row.nextPurge ? ['purge ', timeElement(row.nextPurge, now())] : []));
    });
  }

  show(repositories) {
    const rows = [...repositories].sort((left, right) => (left.key < right.key ? -1 : 1));
    this.rows.show(rows);
    document.getElementById('no-repositories').hidden = rows.length > 0;
    this.rows.body.closest('table').hidden = rows.length === 0;
  }
}

function work(row) {
  const parts = [];
  if (row.runningSince) parts.push(make('span', {}, 'builds for ', runningElement(row.runningSince, now())));
  if (row.queued > 0) parts.push(make('span', {}, `${numberForm.format(row.queued)} waiting`));
  return parts.length > 0 ? parts : [make('span', { class: 'minor' }, 'idle')];
}

const step = 50;

/** Shows the first builds of a list, and more of them as somebody scrolls there or asks. */
export class BuildTable {
  constructor() {
    this.limit = step;
    this.all = [];
    this.rows = new Rows('build-rows', 'build-row', fillBuild);
    this.more = document.getElementById('more');
    this.more.addEventListener('click', () => {
      const last = this.rows.body.lastElementChild;
      this.extend();
      last.nextElementSibling?.querySelector('a').focus();
    });
    const observer = new IntersectionObserver((entries) => {
      if (!entries.at(-1).isIntersecting) return;
      this.extend();
      // Only changes are told, and it may be as near as before.
      observer.unobserve(this.more);
      observer.observe(this.more);
    }, { rootMargin: '1200px' });
    observer.observe(this.more);
  }

  /** Begins at the top again, for another list. */
  restart() {
    this.limit = step;
  }

  extend() {
    this.limit += step;
    this.show(this.all);
  }

  show(all) {
    this.all = all;
    const hadFocus = this.rows.body.contains(document.activeElement);
    this.rows.show(all.slice(0, this.limit));
    // The row that had it may be gone.
    if (hadFocus && !this.rows.body.contains(document.activeElement)) document.getElementById('builds').focus();
    this.more.hidden = all.length <= this.limit;
    document.getElementById('no-builds').hidden = all.length > 0;
    this.rows.body.closest('table').hidden = all.length === 0;
    const count = document.getElementById('builds-count');
    const total = `${numberForm.format(all.length)} ${all.length === 1 ? 'build' : 'builds'}`;
    count.textContent = all.length > this.limit ? `The first ${numberForm.format(this.limit)} of ${total}` : total;
  }
}

function fillBuild(parts, build) {
  const group = groupOf(build.state);
  fillBadge(parts.state, build.state, group);
  parts.name.textContent = build.name;
  parts.name.href = `#build/${build.key}`;
  parts.namespace.textContent = `${build.namespace}/`;
  parts.repository.textContent = build.repository;
  parts.what.textContent = what(build);
  sayMessage(parts.message, group === 'succeeded' ? null : build.message);
  parts.created.replaceChildren(timeElement(build.created, now()));
  parts.took.replaceChildren(took(build));
}

/** How long a build has worked so far, or did. */
export function took(build) {
  if (build.seconds !== undefined && build.seconds !== null) return duration(build.seconds);
  if (build.started && !build.hasEnded) return runningElement(build.started, now());
  return make('span', { class: 'minor' }, '–');
}
