<?php

declare(strict_types=1);

namespace SatisOperator;

/** The container's termination message: what became of the work order, in at most 4096 bytes of JSON. */
final class Report
{
    private const LIMIT = 4096;
    private const MESSAGE_BYTES = 600;
    private const JSON = JSON_UNESCAPED_SLASHES | JSON_UNESCAPED_UNICODE | JSON_INVALID_UTF8_SUBSTITUTE;

    public string $result = 'Failed';
    public string $reason = 'RunnerFailed';
    public string $message = 'The runner ended without a result.';
    public ?string $release = null;
    public ?int $exitCode = null;
    /** @var list<array{url: string, reason: string, message: string}> */
    public array $failedSources = [];
    public int $packages = 0;
    private string $startTime;

    public function __construct()
    {
        $this->startTime = self::now();
    }

    public function encode(Redactor $redactor, string $log): string
    {
        $report = [
            'version' => 1,
            'result' => $this->result,
            'reason' => $this->reason,
            'message' => self::cut($redactor->redact($this->message), self::MESSAGE_BYTES),
            'release' => $this->release,
            'exitCode' => $this->exitCode,
            'failedSources' => $this->failedSources,
            'packages' => $this->packages,
            'startTime' => $this->startTime,
            'endTime' => self::now(),
            'log' => '',
        ];
        foreach ($report['failedSources'] as &$source) {
            $source = array_map([$redactor, 'redact'], $source);
            $source['message'] = self::cut($source['message'], self::MESSAGE_BYTES / 2);
        }
        unset($source);
        // The first sources say what is wrong; a list without its end is better than none.
        while (self::size($report) > self::LIMIT) {
            array_pop($report['failedSources']);
        }
        $report['log'] = self::longestTail($log, static function (string $tail) use ($report): bool {
            return self::size(['log' => $tail] + $report) <= self::LIMIT;
        });

        return json_encode($report, self::JSON);
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
