<?php

declare(strict_types=1);

namespace SatisOperator;

/** Everything that is printed passes here: whole lines only, redacted, live on standard output, with the end kept for the report. */
final class Log
{
    private const TAIL_BYTES = 16384;
    private const LONGEST_LINE = 65536;

    private Redactor $redactor;
    private string $pending = '';
    private string $tail = '';

    public function __construct(Redactor $redactor)
    {
        $this->redactor = $redactor;
    }

    /** A sentence of the runner itself. */
    public function say(string $sentence): void
    {
        $this->print("[runner] $sentence\n");
    }

    /** Output of Satis, in pieces of any size: a secret may be split between two of them, so lines are put together first. */
    public function append(string $piece): void
    {
        $this->pending .= $piece;
        $end = strrpos($this->pending, "\n");
        if ($end === false && strlen($this->pending) < self::LONGEST_LINE) {
            return;
        }
        $end = $end === false ? strlen($this->pending) : $end + 1;
        $this->print(substr($this->pending, 0, $end));
        $this->pending = substr($this->pending, $end);
    }

    public function flush(): void
    {
        if ($this->pending !== '') {
            $this->print($this->pending . "\n");
            $this->pending = '';
        }
    }

    public function tail(): string
    {
        return $this->tail;
    }

    private function print(string $text): void
    {
        // Error messages are padded to the width of their longest line, and taken back by backspaces.
        $text = str_replace("\x08", '', $text);
        $text = preg_replace('/(?<![ \t])[ \t]++$/m', '', $this->redactor->redact($text));
        // Nobody may be listening any more: a log that cannot be written is no reason to fail a build.
        @fwrite(STDOUT, $text);
        $this->tail = substr($this->tail . $text, -self::TAIL_BYTES);
    }
}
