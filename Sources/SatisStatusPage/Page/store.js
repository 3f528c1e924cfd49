// What the service has told: repositories and builds by key, and how far that can be trusted.

export const repositories = new Map();
export const builds = new Map();

let ahead = 0;

/** The service's clock, which is the one of the times it tells. */
export const now = () => Date.now() + ahead;

export const keyOf = (row) => `${row.namespace}/${row.name}`;

/** Takes in an event of the stream and returns the builds that have ended by it. */
export function take(message) {
  ahead = Date.parse(message.contact.now) - Date.now();
  const ended = [];
  update(repositories, message.repositories, message.goneRepositories, message.isWhole);
  update(builds, message.builds, message.goneBuilds, message.isWhole, (before, build) => {
    if (before && !before.hasEnded && build.hasEnded) ended.push(build);
  });
  return ended;
}

function update(known, rows, gone, isWhole, told = () => {}) {
  const before = isWhole ? new Set(known.keys()) : new Set(gone);
  for (const row of rows) {
    row.key = keyOf(row);
    before.delete(row.key);
    // Rows are told apart by their text: what is said again in the same words has not changed.
    row.text = JSON.stringify(row);
    row.at = Date.parse(row.created ?? 0);
    told(known.get(row.key), row);
    known.set(row.key, row);
  }
  for (const key of before) known.delete(key);
}

/** Builds, newest first, of a repository and a group where they are named. */
export function selected({ repository, states }) {
  const rows = [];
  for (const build of builds.values()) {
    if (repository && `${build.namespace}/${build.repository}` !== repository) continue;
    if (states && !states.includes(build.state)) continue;
    rows.push(build);
  }
  return rows.sort((left, right) => right.at - left.at || (left.key < right.key ? -1 : 1));
}
