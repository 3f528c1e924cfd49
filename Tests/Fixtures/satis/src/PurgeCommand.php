<?php

declare(strict_types=1);

namespace SatisStandIn;

use Composer\Json\JsonFile;
use Symfony\Component\Console\Command\Command;
use Symfony\Component\Console\Input\InputArgument;
use Symfony\Component\Console\Input\InputInterface;
use Symfony\Component\Console\Output\OutputInterface;

final class PurgeCommand extends Command
{
    protected function configure(): void
    {
        $this->setName('purge')
            ->setDescription('Deletes archives that the metadata does not name')
            ->addArgument('file', InputArgument::OPTIONAL, 'JSON file', './satis.json')
            ->addArgument('output-dir', InputArgument::OPTIONAL, 'Directory that a build wrote')
            ->addArgument('dry-run', InputArgument::OPTIONAL, 'Only say what would be deleted');
    }

    protected function execute(InputInterface $input, OutputInterface $output): int
    {
        $path = $input->getArgument('file');
        $file = new JsonFile($path);
        if (!$file->exists()) {
            $output->writeln("<error>File not found: $path</error>");
            return 1;
        }
        $config = $file->read();
        if (!isset($config['archive']['directory'])) {
            $output->writeln("<error>You must define \"archive\" parameter in your $path</error>");
            return 1;
        }

        $directory = $input->getArgument('output-dir') ?? $config['output-dir'];
        $homepage = getenv('SATIS_HOMEPAGE');
        $prefix = ($config['archive']['prefix-url'] ?? ($homepage === false ? $config['homepage'] : $homepage)) . "/{$config['archive']['directory']}/";
        $needed = [];
        foreach ((new OutputRepository($directory, $config, $output))->load([]) as $package) {
            if (strpos((string) $package->getDistUrl(), $prefix) === 0) {
                $needed[] = substr($package->getDistUrl(), strlen($prefix));
            }
        }
        $archives = "$directory/{$config['archive']['directory']}";
        $removed = 0;
        $walk = new \RecursiveIteratorIterator(new \RecursiveDirectoryIterator($archives, \FilesystemIterator::SKIP_DOTS));
        foreach ($walk as $archive => $ignored) {
            $name = substr($archive, strlen($archives) + 1);
            if (!in_array($name, $needed, true)) {
                if (!$input->getArgument('dry-run')) {
                    unlink($archive);
                }
                $removed++;
                $output->writeln("<info>Removed archive</info>: <comment>$name</comment>");
            }
        }
        $output->writeln($removed === 0 ? '<warning>No unreferenced archives found.</warning>' : '<info>Done.</info>');

        return 0;
    }
}
