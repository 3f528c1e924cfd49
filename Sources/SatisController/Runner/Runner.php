<?php

declare(strict_types=1);

namespace SatisOperator;

/** One build, from the work order to the report. */
final class Runner
{
    private Options $options;
    private Interruption $interruption;
    private Redactor $redactor;
    private Log $log;
    private Report $report;

    public function __construct(Options $options)
    {
        $this->options = $options;
        $this->interruption = new Interruption($options->stopOnInput);
        $this->redactor = new Redactor();
        $this->log = new Log($this->redactor);
        $this->report = new Report();
    }

    /** @return int the exit code */
    public function run(): int
    {
        $exitCode = 0;
        try {
            $this->build();
        } catch (Failure $failure) {
            $this->report->reason = $failure->reason;
            $this->report->message = $failure->getMessage();
            $this->report->failedSources = $failure->sources;
            $exitCode = $failure->exitCode();
        } catch (\Throwable $error) {
            $place = basename($error->getFile()) . ':' . $error->getLine();
            $this->report->message = "The runner failed: {$error->getMessage()} ($place)";
            $exitCode = 1;
        }
        $this->log->flush();
        $this->log->say("{$this->report->reason}: {$this->report->message}");
        $this->writeReport();

        return $exitCode;
    }

    private function build(): void
    {
        $order = WorkOrder::read($this->options->order);
        $this->interruption->startDeadline($order->deadlineSeconds);
        $config = SatisConfig::read($this->options->config);
        $config->requireSources($order->sources);
        $satis = SatisProcess::find($this->options->satis);
        $environment = new SatisEnvironment($this->options->credentials, $this->options->cache);
        try {
            $environment->teach($this->redactor, $config);
            $this->buildLocked($order, $config, $satis, $environment);
        } finally {
            $environment->remove();
        }
    }

    private function buildLocked(WorkOrder $order, SatisConfig $config, SatisProcess $satis, SatisEnvironment $environment): void
    {
        // Let go at the end of this method, or when the last process that inherited it has ended.
        $lock = OutputLock::take($this->options->output, $order->job, $this->log, $this->interruption);
        (new ComposerCache($this->options->cache))->repair();

        $output = new Output($this->options->output, $config->archiveDirectory(), $this->log);
        $output->sweep();
        try {
            $base = $output->current();
            $sources = $this->sourcesToBuild($order, $config, $base);
            $staging = $output->stage($base, $order->job, $this->interruption);

            $command = $satis->buildCommand($config->path, $staging, $sources, $order->satisOptions);
            $findings = $this->runSatis($satis, $command, $environment, $sources ?: $config->sources());

            $check = new OutputCheck($config, $this->interruption);
            $catalogue = $check->check($staging, $base === null ? null : $output->path($base), $sources !== []);
            $release = $output->publish($staging, $base);
            $this->reportRelease($release, $catalogue, $sources === [] ? $findings->leftOut() : []);
            $output->retire($release);
        } finally {
            $output->sweep();
        }
    }

    /** @return list<string> none for a full build */
    private function sourcesToBuild(WorkOrder $order, SatisConfig $config, ?string $base): array
    {
        if ($order->sources !== [] && $base === null) {
            $this->log->say('there is no release to bring up to date: building everything');
            return [];
        }
        if ($order->sources !== [] && !$config->allowsPartialBuilds()) {
            $this->log->say('satis.json has neither includes nor providers, without which Satis builds everything or loses packages: building everything');
            return [];
        }

        return $order->sources;
    }

    /**
     * @param list<string> $command
     * @param list<string> $sources those that are built
     */
    private function runSatis(SatisProcess $satis, array $command, SatisEnvironment $environment, array $sources): SatisFindings
    {
        $findings = new SatisFindings();
        $onOutput = function (string $piece) use ($findings): void {
            $this->log->append($piece);
            $findings->append($piece);
        };
        $variables = $environment->variables($this->interruption->remainingSeconds());
        $this->report->exitCode = $satis->run($command, $variables, $environment->home(), $onOutput, $this->interruption);
        $findings->append("\n");

        if ($this->report->exitCode !== 0) {
            throw $this->satisFailure($this->report->exitCode, $findings->error(), $sources);
        }
        $outdated = $findings->outdatedSources();
        if ($outdated !== []) {
            $urls = implode(', ', array_column($outdated, 'url'));
            $message = "Satis could not reach $urls and would have published what it had in its cache. Nothing was published.";
            throw new Failure('SourceOutdated', $message, $outdated);
        }

        return $findings;
    }

    /** @param list<string> $sources */
    private function satisFailure(int $exitCode, string $error, array $sources): Failure
    {
        $message = "Satis ended with exit code $exitCode" . ($error === '' ? '.' : ": $error");
        if ($exitCode === 137) {
            $message = 'Satis was killed (exit code 137), most likely for its memory: raise the memory limit.';
        }
        $failed = [];
        foreach ($sources as $url) {
            if (count($sources) === 1 || strpos($error, $url) !== false) {
                $failed[] = ['url' => $url, 'reason' => 'SatisFailed', 'message' => $message];
            }
        }

        return new Failure('SatisFailed', $message, $failed);
    }

    /** @param list<string> $leftOut */
    private function reportRelease(string $release, Catalogue $catalogue, array $leftOut): void
    {
        $this->report->result = $this->report->reason = 'Succeeded';
        $this->report->release = $release;
        $this->report->packages = count($catalogue->packages);
        $this->report->message = "Published release $release with {$this->report->packages} packages.";
        if ($leftOut !== []) {
            $this->report->message .= ' Satis left out: ' . implode('; ', $leftOut);
        }
    }

    private function writeReport(): void
    {
        $json = $this->report->encode($this->redactor, $this->log->tail());
        if (@file_put_contents($this->options->report, $json) === false) {
            $this->log->say("the report could not be written to {$this->options->report}");
        }
    }
}
