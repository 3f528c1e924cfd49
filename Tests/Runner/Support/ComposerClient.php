<?php

declare(strict_types=1);

namespace SatisOperator\Tests;

/** A project that requires packages from one repository only, installed by real Composer. */
final class ComposerClient
{
    private string $directory;

    public function __construct(string $parent, string $repository)
    {
        $this->directory = "$parent/client";
        mkdir($this->directory);
        $json = ['repositories' => [['packagist.org' => false], ['type' => 'composer', 'url' => $repository]], 'config' => ['secure-http' => false]];
        file_put_contents($this->path('composer.json'), json_encode($json));
    }

    public function install(string $requirement): void
    {
        $command = ['composer', 'require', '--no-interaction', '--no-ansi', "--working-dir={$this->directory}", '--', $requirement];
        $environment = ['COMPOSER_HOME' => $this->path('.home'), 'COMPOSER_ALLOW_SUPERUSER' => '1'];
        $process = Process::start($command, $environment);
        if ($process->wait() !== 0) {
            throw new \RuntimeException("composer could not install $requirement:\n" . $process->output());
        }
    }

    public function path(string $name): string
    {
        return "{$this->directory}/$name";
    }
}
