<?php

declare(strict_types=1);

namespace SatisOperator;

/** What every operation works with, under the lock. */
final class Workplace
{
    public WorkOrder $order;
    public SatisConfig $config;
    public Satis $satis;
    public Output $output;
    public ComposerCache $cache;
    public Log $log;
    public Interruption $interruption;
    public Report $report;

    public function __construct(
        WorkOrder $order,
        SatisConfig $config,
        Satis $satis,
        Output $output,
        ComposerCache $cache,
        Log $log,
        Interruption $interruption,
        Report $report
    ) {
        $this->order = $order;
        $this->config = $config;
        $this->satis = $satis;
        $this->output = $output;
        $this->cache = $cache;
        $this->log = $log;
        $this->interruption = $interruption;
        $this->report = $report;
    }

    /** Puts on record what a directory was made from, and makes it the one that is served. */
    public function publish(string $staging, ?string $base, ?string $configHash): string
    {
        $this->output->writing(function () use ($staging, $base, $configHash): void {
            ReleaseRecord::write($staging, $this->order->job, $base, $configHash, $this->config);
        });
        $release = $this->output->publish($staging, $base);
        $this->report->release = $release;
        try {
            $this->output->retire($release, $base);
        } catch (\ErrorException $error) {
            // The new release is served already; what is in the way of this will be met again by the next build.
            $this->log->say("earlier releases could not be looked through: {$error->getMessage()}");
        }

        return $release;
    }

    public function succeed(string $message): void
    {
        $this->report->result = $this->report->reason = 'Succeeded';
        $this->report->message = $message;
    }
}
