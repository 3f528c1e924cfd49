<?php

declare(strict_types=1);

namespace SatisOperator;

/** The command line. The defaults are the paths that the build pod mounts. */
final class Options
{
    public const USAGE = <<<'TEXT'
        usage: php runner.php [options]

        Carries out one work order: builds with Satis, purges, or goes back to an earlier release.

          --order=FILE        work order          (/satis-operator/order/order.json)
          --config=FILE       satis.json          (/satis-operator/snapshot/satis.json)
          --output=DIR        output root         (/output)
          --cache=DIR         Composer's cache    (/cache)
          --credentials=DIR   auth.json, id_key, known_hosts, ca.crt, whichever exist
                                                  (/satis-operator/credentials)
          --report=FILE       where the JSON report goes (/dev/termination-log)
          --satis=FILE        the Satis to run    (/satis/bin/satis, else satis on PATH)
          --stop=FILE         stops the build in an orderly way once there is something in it
                                                  (/satis-operator/order/stop)
          --stop-on-input     so does a line on standard input
          --help              this text

        exit codes: 0 done, 1 failed at least in part, 2 wrong option, 124 deadline exceeded, 143 stopped.

        TEXT;

    public string $order = '/satis-operator/order/order.json';
    public string $config = '/satis-operator/snapshot/satis.json';
    public string $output = '/output';
    public string $cache = '/cache';
    public string $credentials = '/satis-operator/credentials';
    public string $report = '/dev/termination-log';
    public string $satis = '';
    public string $stop = '/satis-operator/order/stop';
    public bool $stopOnInput = false;
    public bool $help = false;

    /** @param list<string> $arguments */
    public static function parse(array $arguments): self
    {
        $options = new self();
        foreach ($arguments as $argument) {
            if ($argument === '--help' || $argument === '-h') {
                $options->help = true;
            } elseif ($argument === '--stop-on-input') {
                $options->stopOnInput = true;
            } elseif (preg_match('/^--(order|config|output|cache|credentials|report|satis|stop)=(.+)$/s', $argument, $match)) {
                // Satis runs in a directory of its own, so a relative path would mean another file there.
                $options->{$match[1]} = $match[2][0] === '/' ? $match[2] : getcwd() . "/{$match[2]}";
            } else {
                throw new \InvalidArgumentException("Unknown option \"$argument\".");
            }
        }

        return $options;
    }
}
