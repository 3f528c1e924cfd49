<?php

declare(strict_types=1);

namespace SatisOperator;

/** Why one source of satis.json could not be built. */
final class SourceFailure
{
    public string $url;
    public string $reason;
    public string $message;

    public function __construct(string $url, string $reason, string $message)
    {
        $this->url = $url;
        $this->reason = $reason;
        $this->message = $message;
    }

    /**
     * One sentence about all of them, with as many by name as fit.
     *
     * @param list<self> $failures
     */
    public static function summary(array $failures, int $bytes): string
    {
        $text = '';
        foreach ($failures as $index => $failure) {
            $next = ($text === '' ? '' : ', ') . "{$failure->url} ({$failure->reason})";
            if ($text !== '' && strlen($text . $next) > $bytes) {
                return "$text and " . (count($failures) - $index) . ' more';
            }
            $text .= $next;
        }

        return $text;
    }
}
