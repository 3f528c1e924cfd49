<?php

declare(strict_types=1);

namespace SatisOperator;

/** What Satis says where its exit code says nothing, and what the reason was where it failed. */
final class SatisFindings
{
    /** Composer's words when a source could not be reached and its cache was used instead. */
    private const OUTDATED = [
        '{^Failed to update (\S+), package information from this repository may be outdated}',
        '{^(\S+) could not be fully loaded \(.*\), package information was loaded from the local cache and may be out of date}',
    ];

    /** Left out, by a full build: a partial build finds no match for the requirements that the other sources fulfil. */
    private const LEFT_OUT = '{^(Skipped branch .+|The \S+ .*requirement did not match any package)$}';

    /** PHP itself prints no exception where it has to stop. */
    private const FATAL = '{^(?:PHP )?Fatal error: }';

    /** Enough for a message; what kind of error it is may show only further down. */
    private const MESSAGE_LINES = 3;
    private const ERROR_LINES = 40;

    private string $pending = '';
    /** @var array<string, true> by URL */
    private array $outdated = [];
    /** @var list<string> */
    private array $leftOut = [];
    /** @var list<string> */
    private array $error = [];
    private bool $inError = false;
    private string $lineBefore = '';

    public function append(string $piece): void
    {
        $lines = explode("\n", $this->pending . $piece);
        $this->pending = (string) array_pop($lines);
        foreach ($lines as $line) {
            // Composer takes back what stands in a line by backspaces, and writes on behind them.
            $this->read(trim(str_replace("\x08", ' ', $line)));
        }
    }

    private function read(string $line): void
    {
        if ($line === '') {
            return;
        }
        foreach (self::OUTDATED as $pattern) {
            if (preg_match($pattern, $line, $match)) {
                $this->outdated[$match[1]] = true;
            }
        }
        if (preg_match(self::LEFT_OUT, $line)) {
            $this->leftOut[] = $line;
        }
        $this->readError($line);
    }

    /** An exception is printed as "In File.php line 12:" or its class in brackets or both, its message, and how to call Satis. */
    private function readError(string $line): void
    {
        if (preg_match(self::FATAL, $line)) {
            $this->error[] = $line;
        } elseif (preg_match('{^(In \S+ line \d+:|\[[\w\\\\]+\])$}', $line)) {
            $this->inError = $this->error === [];
        } elseif (preg_match('{^(build|purge) \[|^Exception trace:$}', $line)) {
            $this->inError = false;
        } elseif (!$this->inError) {
            $this->lineBefore = $line;
        } elseif (count($this->error) < self::ERROR_LINES && strpos($line, 'Cloning into') !== 0) {
            $this->error[] = $line;
        }
        // That satis.json breaks the schema says little without the line before, which says where.
        if ($this->inError && substr($line, -11) === 'JSON schema') {
            $this->error[] = "({$this->lineBefore})";
            $this->inError = false;
        }
    }

    /** @return list<string> URLs, as Composer knows them */
    public function outdated(): array
    {
        return array_map('strval', array_keys($this->outdated));
    }

    /** @return list<string> */
    public function leftOut(): array
    {
        return $this->leftOut;
    }

    /** The beginning of what went wrong, for a message. */
    public function error(): string
    {
        // The command that failed says less than what it printed then.
        $telling = array_filter($this->error, static fn (string $line): bool => strpos($line, 'Failed to execute git ') !== 0) ?: $this->error;

        return $telling === [] ? $this->lineBefore : implode(' ', array_slice($telling, 0, self::MESSAGE_LINES));
    }

    /** All of it, line by line. */
    public function errorText(): string
    {
        return $this->error === [] ? $this->lineBefore : implode("\n", $this->error);
    }

    /** Whether the error speaks of this URL, and not only of one that starts or ends like it. */
    public function errorNames(string $url): bool
    {
        return preg_match('{(?<![\w./:@%-])' . preg_quote($url) . '(?!/?[\w@%-]|[.:]\w)}', $this->errorText()) === 1;
    }
}
