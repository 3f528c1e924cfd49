<?php

declare(strict_types=1);

namespace SatisOperator;

/** The container's termination message: what became of the work order, in at most 4096 bytes of JSON. */
final class Report
{
    private const LIMIT = 4096;
    private const MESSAGE_BYTES = 700;
    private const SHORT_MESSAGE_BYTES = 350;
    private const SOURCE_MESSAGE_BYTES = [300, 200, 120, 60, 30, 0];
    /** Of the log, as long as messages can be shortened for it. */
    private const LOG_BYTES = 512;
    private const JSON = JSON_UNESCAPED_SLASHES | JSON_UNESCAPED_UNICODE | JSON_INVALID_UTF8_SUBSTITUTE;

    public string $result = 'Failed';
    public string $reason = 'RunnerFailed';
    public string $message = 'The runner ended without a result.';
    public ?string $release = null;
    public ?int $exitCode = null;
    /** Those of the work order are reported by themselves, the reasons of all of them together. @var array<array-key, SourceFailure> */
    public array $failedSources = [];
    public int $packages = 0;
    private string $startTime;

    public function __construct()
    {
        $this->startTime = self::now();
    }

    /** @param list<OrderedSource> $sources of the work order, by whose positions failures are reported */
    public function encode(array $sources, Redactor $redactor, string $log): string
    {
        $report = [
            'version' => 1,
            'result' => $this->result,
            'reason' => $this->reason,
            'message' => self::cut($redactor->redact($this->message), self::MESSAGE_BYTES),
            'release' => $this->release,
            'exitCode' => $this->exitCode,
            'failedSources' => $this->failedEntries($sources, $redactor),
            'omittedSources' => 0,
            'failureReasons' => array_values(array_unique(array_column(array_values($this->failedSources), 'reason'))),
            'packages' => $this->packages,
            'startTime' => $this->startTime,
            'endTime' => self::now(),
            'log' => '',
        ];
        $log = self::tail($log, self::LIMIT);
        $report = self::makeRoom($report, self::tail($log, self::LOG_BYTES));
        $report['log'] = self::longestTail($log, static function (string $tail) use ($report): bool {
            return self::size(['log' => $tail] + $report) <= self::LIMIT;
        });

        return json_encode($report, self::JSON);
    }

    /**
     * @param list<OrderedSource> $sources
     * @return list<array{source: int, reason: string, message: string}>
     */
    private function failedEntries(array $sources, Redactor $redactor): array
    {
        $failures = [];
        foreach ($this->failedSources as $failure) {
            $failures[$failure->url] = $failure;
        }
        $entries = [];
        foreach ($sources as $position => $source) {
            $failure = $failures[$source->url] ?? null;
            if ($failure !== null) {
                $entries[] = ['source' => $position, 'reason' => $failure->reason, 'message' => $redactor->redact($failure->message)];
            }
        }

        return $entries;
    }

    /**
     * Messages become shorter, the ones of sources first, before the end of the log is given up; and that before a source is
     * left out, because whoever waits for its build has to learn that it failed.
     *
     * @param array<string, mixed> $report
     * @return array<string, mixed>
     */
    private static function makeRoom(array $report, string $log): array
    {
        $fits = static fn (array $report, string $log): bool => self::size(['log' => $log] + $report) <= self::LIMIT;
        $full = $report;
        foreach (self::SOURCE_MESSAGE_BYTES as $bytes) {
            foreach ($full['failedSources'] as $index => $entry) {
                $report['failedSources'][$index]['message'] = $bytes === 0 ? '' : self::cut($entry['message'], $bytes);
            }
            if ($fits($report, $log)) {
                return $report;
            }
        }
        $report['message'] = self::cut($report['message'], self::SHORT_MESSAGE_BYTES);
        while (!$fits($report, $log)) {
            if ($log !== '') {
                $log = '';
            } else {
                array_pop($report['failedSources']);
                $report['omittedSources']++;
            }
        }

        return $report;
    }

    /** @param array<string, mixed> $report */
    private static function size(array $report): int
    {
        return strlen(json_encode($report, self::JSON));
    }

    /** @param callable(string): bool $fits */
    private static function longestTail(string $text, callable $fits): string
    {
        $low = 0;
        $high = min(strlen($text), self::LIMIT);
        while ($low < $high) {
            $middle = intdiv($low + $high + 1, 2);
            if ($fits(self::tail($text, $middle))) {
                $low = $middle;
            } else {
                $high = $middle - 1;
            }
        }

        return self::tail($text, $low);
    }

    /** The last bytes, but never a part of a character. */
    private static function tail(string $text, int $bytes): string
    {
        return $bytes === 0 ? '' : preg_replace('/^[\x80-\xBF]{1,3}/', '', substr($text, -$bytes));
    }

    private static function cut(string $text, int $bytes): string
    {
        if (strlen($text) <= $bytes) {
            return $text;
        }

        return preg_replace('/[\xC0-\xF7][\x80-\xBF]{0,2}$/', '', substr($text, 0, $bytes)) . '…';
    }

    private static function now(): string
    {
        return gmdate('Y-m-d\TH:i:s\Z');
    }
}
