<?php

declare(strict_types=1);

namespace SatisStandIn;

/**
 * Lets a test see from outside when Satis ran, and stop it where it is most vulnerable: by files in Composer's cache
 * directory, which a test reaches on a volume as well, where it has no say in the environment.
 */
final class Trace
{
    /** Appends "start NAME SECONDS" and "end NAME SECONDS" to the file standin-trace, where there is one. */
    public static function start(): void
    {
        $file = self::path('standin-trace');
        if ($file === null) {
            return;
        }
        $name = getenv('POD_NAME') ?: getmypid();
        $write = static function (string $what) use ($file, $name): void {
            file_put_contents($file, sprintf("%s %s %.6F\n", $what, $name, microtime(true)), FILE_APPEND | LOCK_EX);
        };
        $write('start');
        register_shutdown_function($write, 'end');
        self::endOnSignal();
    }

    /** Waits until somebody opens the named pipe standin-hold for writing and closes it. Metadata is half written by then. */
    public static function hold(): void
    {
        $path = self::path('standin-hold');
        if ($path === null) {
            return;
        }
        // Composer has had its own handlers meanwhile, and has taken all away with them. Before the pipe is opened, since a
        // test may send its signal as soon as that has happened.
        self::endOnSignal();
        $pipe = @fopen($path, 'r');
        if ($pipe !== false) {
            // Unlike a read it ends with a signal.
            $read = [$pipe];
            $write = $except = null;
            @stream_select($read, $write, $except, null);
        }
    }

    /** A Satis that is told to end says as well when it did. */
    private static function endOnSignal(): void
    {
        if (function_exists('pcntl_signal')) {
            pcntl_async_signals(true);
            pcntl_signal(SIGTERM, static function (): void {
                exit(143);
            }, false);
        }
    }

    private static function path(string $name): ?string
    {
        $path = getenv('COMPOSER_CACHE_DIR') . "/$name";

        return file_exists($path) ? $path : null;
    }
}
