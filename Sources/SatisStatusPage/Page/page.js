// Keeps the page in step with the service.

import { clock, groupOf, groups, make, numberForm, say, tick } from './words.js';
import { builds, now, repositories, selected, take } from './store.js';
import { BuildTable, RepositoryTable } from './tables.js';
import { drawChart } from './chart.js';
import { showDetails } from './details.js';

const get = (id) => document.getElementById(id);
const content = get('content'), signIn = get('sign-in'), contact = get('contact');
const repositoryFilter = get('filter-repository'), stateFilter = get('filter-state');

// MARK: What is wanted, as the address says

const tiles = new Map();
for (const [key, group] of groups) {
  stateFilter.append(make('option', { value: key }, group.label));
  const count = make('span', { class: 'count' }, '0');
  const tile = make('button', { type: 'button', 'aria-pressed': 'false', 'data-group': key }, count, group.label);
  tile.addEventListener('click', () => choose({ state: stateFilter.value === key ? '' : key }));
  tiles.set(key, { tile, count });
  get('tiles').append(make('li', {}, tile));
}

function readAddress() {
  const query = new URLSearchParams(location.search);
  const repository = query.get('repository') ?? '';
  // The list may not be here yet, or the repository may be gone; the filter is what the address says.
  if (repository && !hasOption(repository)) repositoryFilter.append(make('option', { value: repository }, repository));
  repositoryFilter.value = repository;
  stateFilter.value = groups.has(query.get('state')) ? query.get('state') : '';
}

const hasOption = (value) => [...repositoryFilter.options].some((option) => option.value === value);

/** Changes the filter, and the address with it. */
function choose({ repository = repositoryFilter.value, state = stateFilter.value }) {
  const query = new URLSearchParams(Object.entries({ repository, state }).filter(([, value]) => value));
  history.replaceState(null, '', query.size > 0 ? `?${query}` : location.pathname);
  readAddress();
  buildTable.restart();
  show();
  say(get('news'), get('builds-count').textContent);
}

get('filter').addEventListener('change', () => choose({}));
get('filter').addEventListener('submit', (event) => event.preventDefault());

const buildTable = new BuildTable();
const repositoryTable = new RepositoryTable((repository) => {
  choose({ repository });
  get('builds').focus();
});

// MARK: Showing it

let isDue = false;

/** Shows what there is before the next frame, however many events come until then. */
function showSoon() {
  if (isDue) return;
  isDue = true;
  requestAnimationFrame(() => {
    isDue = false;
    show();
  });
}

function show() {
  const repository = repositoryFilter.value;
  const ofRepository = selected({ repository });
  const counts = new Map();
  for (const build of ofRepository) {
    const group = groupOf(build.state);
    counts.set(group, (counts.get(group) ?? 0) + 1);
  }
  for (const [key, { tile, count }] of tiles) {
    say(count, numberForm.format(counts.get(key) ?? 0));
    tile.setAttribute('aria-pressed', String(stateFilter.value === key));
  }
  const running = counts.get('running') ?? 0;
  document.title = running > 0 ? `${numberForm.format(running)} running – Satis builds` : 'Satis builds';
  // Where there is one only, it need not be said again and again.
  const namespaces = new Set([...repositories.values()].map((row) => row.namespace));
  content.classList.toggle('one-namespace', namespaces.size < 2);
  fillRepositories();
  repositoryTable.show(repositories.values());
  drawChart(ofRepository);
  const group = groups.get(stateFilter.value);
  buildTable.show(group ? ofRepository.filter((build) => group.states.includes(build.state)) : ofRepository);
  showDetails();
}

function fillRepositories() {
  const wanted = [...repositories.keys()].sort();
  const there = [...repositoryFilter.options].slice(1).map((option) => option.value);
  if (wanted.every((key) => there.includes(key))) return;
  const chosen = repositoryFilter.value;
  const keys = chosen && !wanted.includes(chosen) ? [...wanted, chosen] : wanted;
  repositoryFilter.replaceChildren(
    repositoryFilter.options[0], ...keys.map((key) => make('option', { value: key }, key)));
  repositoryFilter.value = chosen;
}

// MARK: Telling what has happened

const news = [];

/** Says politely which builds have ended, and not one by one where there are many. */
function announce(ended) {
  if (ended.length === 0) return;
  if (news.length === 0) setTimeout(tellNews, 1000);
  news.push(...ended);
}

function tellNews() {
  const ended = news.splice(0);
  get('news').textContent = ended.length <= 3
    ? ended.map((build) => `${build.repository}: build ${build.name} has ended: ${build.state}.`).join(' ')
    : `${ended.length} builds have ended, ${ended.filter((build) => groupOf(build.state) === 'failed').length} failed.`;
}

function sayContact(kind, text) {
  contact.dataset.contact = kind;
  say(contact, text);
}

// MARK: The stream

const patience = 20_000;
let source = null, lastSign = 0, asOf = null, delay = 1000;

function connect() {
  lastSign = Date.now();
  source = new EventSource('events');
  source.onmessage = (event) => {
    lastSign = Date.now();
    delay = 1000;
    const message = JSON.parse(event.data);
    announce(take(message));
    asOf = message.contact.asOf;
    if (message.contact.isLive) sayContact('live', 'Live');
    else if (asOf) sayContact('away', `As of ${clock(Date.parse(asOf))}, not connected to the API server`);
    else sayContact('waiting', 'Waiting for the API server…');
    showContent(true);
    if (message.isWhole || message.builds.length || message.repositories.length || message.goneBuilds.length
      || message.goneRepositories.length) showSoon();
  };
  source.onerror = lost;
}

/** Finds out why there is no stream: somebody has to sign in, or the service is away or has too many of them open. */
async function lost() {
  source?.close();
  source = null;
  const status = await fetch('session').then((response) => response.status, () => 0);
  if (status === 401) return askForToken('');
  const since = asOf ? `As of ${clock(Date.parse(asOf))}; ` : '';
  sayContact('away', `${since}${status === 0 ? 'connection lost' : 'interrupted'}, trying again`);
  setTimeout(connect, delay);
  delay = Math.min(delay * 2, 15_000);
}

function showContent(isShown) {
  content.hidden = get('skip').hidden = !isShown;
  signIn.hidden = isShown;
}

function askForToken(problem) {
  sayContact('waiting', 'Not signed in');
  showContent(false);
  showDetails();
  get('sign-in-problem').textContent = problem;
  get('token').focus();
}

signIn.addEventListener('submit', async (event) => {
  event.preventDefault();
  const token = get('token').value;
  const status = await fetch('session', { method: 'POST', body: token }).then((response) => response.status, () => 0);
  if (status === 204) {
    get('token').value = '';
    connect();
  } else {
    askForToken(status === 401 ? 'This is not the token.' : 'The service does not answer. Try again.');
  }
});

let seconds = 0;

setInterval(() => {
  seconds += 1;
  tick(now(), seconds % 15 === 0);
  if (source && Date.now() - lastSign > patience) lost();
}, 1000);

addEventListener('hashchange', showDetails);
addEventListener('popstate', () => {
  readAddress();
  show();
});
readAddress();
connect();
