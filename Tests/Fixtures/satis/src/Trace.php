<?php

declare(strict_types=1);

namespace SatisStandIn;

/** Lets a test see from outside when Satis ran, and stop it where it is most vulnerable. */
final class Trace
{
    /** Appends "start PID SECONDS" and "end PID SECONDS" to the file that SATIS_STANDIN_TRACE names. */
    public static function start(): void
    {
        $file = getenv('SATIS_STANDIN_TRACE');
        if ($file === false || $file === '') {
            return;
        }
        $write = static function (string $what) use ($file): void {
            file_put_contents($file, sprintf("%s %d %.6F\n", $what, getmypid(), microtime(true)), FILE_APPEND | LOCK_EX);
        };
        $write('start');
        register_shutdown_function($write, 'end');
    }

    /** Waits until somebody opens the named pipe SATIS_STANDIN_HOLD for writing. Metadata is half written at this point. */
    public static function hold(): void
    {
        $pipe = getenv('SATIS_STANDIN_HOLD');
        if ($pipe !== false && $pipe !== '') {
            file_get_contents($pipe);
        }
    }
}
