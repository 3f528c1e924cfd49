<?php

declare(strict_types=1);

namespace SatisOperator;

/** One work order, from the file to the report. */
final class Runner
{
    private Options $options;
    private Interruption $interruption;
    private Redactor $redactor;
    private Log $log;
    private Report $report;
    private ?WorkOrder $order = null;

    public function __construct(Options $options)
    {
        $this->options = $options;
        $this->interruption = new Interruption($options->stopOnInput, $options->stop);
        $this->redactor = new Redactor();
        $this->log = new Log($this->redactor);
        $this->report = new Report();
    }

    /** @return int the exit code */
    public function run(): int
    {
        try {
            $this->work();
            $exitCode = $this->report->result === 'Succeeded' ? 0 : 1;
        } catch (Failure $failure) {
            $this->report->result = 'Failed';
            $this->report->reason = $failure->reason;
            $this->report->message = $failure->getMessage();
            $this->report->failedSources = $failure->sources;
            $exitCode = $failure->exitCode();
        } catch (\Throwable $error) {
            $place = basename($error->getFile()) . ':' . $error->getLine();
            $this->report->result = 'Failed';
            $this->report->reason = 'RunnerFailed';
            $this->report->message = "The runner failed: {$error->getMessage()} ($place)";
            $exitCode = 1;
        }
        $this->log->flush();
        $this->log->say("{$this->report->reason}: {$this->report->message}");
        $this->writeReport();

        return $exitCode;
    }

    private function work(): void
    {
        $order = $this->order = WorkOrder::read($this->options->order);
        $this->interruption->startDeadline($order->deadlineSeconds);
        $config = SatisConfig::read($this->options->config);
        $process = SatisProcess::find($this->options->satis);
        $environment = new SatisEnvironment($this->options->credentials, $this->options->cache);
        try {
            $environment->teach($this->redactor, $config);
            $satis = new Satis($process, $environment, $config, $order->satisOptions, $this->log, $this->interruption);
            try {
                $this->workLocked($order, $config, $satis);
            } finally {
                $this->report->exitCode = $satis->exitCode();
            }
        } finally {
            $environment->remove();
        }
    }

    private function workLocked(WorkOrder $order, SatisConfig $config, Satis $satis): void
    {
        // Let go at the end of this method, or when the last process that inherited it has ended.
        $lock = OutputLock::take($this->options->output, $order->job, $this->log, $this->interruption);
        $cache = new ComposerCache($this->options->cache);
        $cache->repair();

        $output = new Output($this->options->output, $order, $config->archiveDirectory(), $this->log, $this->interruption);
        $output->sweep();
        try {
            $plain = new PlainOutput($this->options->output, $output, $this->log, $this->interruption);
            $takenOver = $plain->takeOver();
            $place = new Workplace($order, $config, $satis, $output, $cache, $this->log, $this->interruption, $this->report);
            switch ($order->operation) {
                case 'Purge':
                    (new Purge($place))->run();
                    break;
                case 'Rollback':
                    (new Rollback($place))->run();
                    break;
                default:
                    (new Build($place))->run();
            }
            // Not before: a failed run that names a release has published what did not fail.
            $this->report->release = $this->report->release ?? $takenOver;
        } finally {
            $output->cleanUp();
        }
    }

    private function writeReport(): void
    {
        $json = $this->report->encode($this->order === null ? [] : $this->order->sources, $this->redactor, $this->log->tail());
        if (@file_put_contents($this->options->report, $json) === false) {
            $this->log->say("the report could not be written to {$this->options->report}");
        }
    }
}
