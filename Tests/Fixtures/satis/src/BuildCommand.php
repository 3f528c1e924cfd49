<?php

declare(strict_types=1);

namespace SatisStandIn;

use Composer\Composer;
use Composer\Factory;
use Composer\IO\ConsoleIO;
use Composer\Json\JsonFile;
use Composer\Json\JsonValidationException;
use Composer\Package\AliasPackage;
use Composer\Package\CompletePackage;
use Composer\Repository\ConfigurableRepositoryInterface;
use Composer\Repository\RepositoryInterface;
use Composer\Semver\VersionParser;
use Symfony\Component\Console\Command\Command;
use Symfony\Component\Console\Input\InputArgument;
use Symfony\Component\Console\Input\InputInterface;
use Symfony\Component\Console\Input\InputOption;
use Symfony\Component\Console\Output\OutputInterface;

final class BuildCommand extends Command
{
    protected function configure(): void
    {
        $this->setName('build')
            ->setDescription('Builds a Composer repository out of a JSON file')
            ->addArgument('file', InputArgument::OPTIONAL, 'JSON file', './satis.json')
            ->addArgument('output-dir', InputArgument::OPTIONAL, 'Directory to write to')
            ->addArgument('packages', InputArgument::IS_ARRAY, 'Packages to build; all when none is named')
            ->addOption('repository-url', null, InputOption::VALUE_REQUIRED | InputOption::VALUE_IS_ARRAY, 'Build only this source')
            ->addOption('repository-strict', null, InputOption::VALUE_NONE, 'Also filter when resolving dependencies')
            ->addOption('no-html-output', null, InputOption::VALUE_NONE, 'Write no index.html')
            ->addOption('skip-errors', null, InputOption::VALUE_NONE, 'Leave out what fails')
            ->addOption('stats', null, InputOption::VALUE_NONE, 'Show progress')
            ->addOption('minify', null, InputOption::VALUE_NONE, 'Minify the metadata');
    }

    protected function execute(InputInterface $input, OutputInterface $output): int
    {
        $file = new JsonFile($input->getArgument('file'));
        if (!$file->exists()) {
            $output->writeln("<error>File not found: {$input->getArgument('file')}</error>");
            return 1;
        }
        $config = $file->read();
        $this->validate($config, $output);
        $urls = $input->getOption('repository-url');
        $names = $input->getArgument('packages');
        if ($urls !== [] && $names !== []) {
            throw new \InvalidArgumentException('The arguments "package" and "repository-url" can not be used together.');
        }
        $directory = $input->getArgument('output-dir') ?: $config['output-dir'] ?? null;
        if ($directory === null) {
            throw new \InvalidArgumentException('The output dir must be specified as second argument or be configured inside ' . $input->getArgument('file'));
        }
        $homepage = getenv('SATIS_HOMEPAGE');
        if ($homepage !== false) {
            $config['homepage'] = $homepage;
        }

        $composer = $this->composer($config, new ConsoleIO($input, $output, $this->getHelperSet()));
        $skipErrors = $input->getOption('skip-errors');
        $output->writeln('<info>Scanning packages</info>');
        $repositories = $this->filter($composer->getRepositoryManager()->getRepositories(), $urls, $names);
        $packages = $this->select($repositories, $names, $config, $skipErrors, $output);
        if (isset($config['archive']['directory'])) {
            (new Archives($composer, $config, $directory, $output))->dump($packages);
        }

        $repository = new OutputRepository($directory, $config, $output);
        if ($urls !== [] || $names !== []) {
            $packages += $repository->load($names);
            ksort($packages);
        }
        $repository->dump($packages, $input->getOption('minify'));
        if (!$input->getOption('no-html-output') && ($config['output-html'] ?? true)) {
            $repository->dumpPage($packages);
        }

        return 0;
    }

    /** @param array<string, mixed> $config */
    private function validate(array $config, OutputInterface $output): void
    {
        $errors = [];
        foreach (['name', 'homepage'] as $key) {
            if (!isset($config[$key])) {
                $errors[] = "$key : The property $key is required";
            }
        }
        if ($errors !== []) {
            $output->writeln(array_map(static fn ($error) => "<error>$error</error>", $errors));
            throw new JsonValidationException('The json config file does not match the expected JSON schema', $errors);
        }
    }

    /** @param array<string, mixed> $config */
    private function composer(array $config, ConsoleIO $io): Composer
    {
        $own = ['config' => $config['config'] ?? [], 'repositories' => [['packagist.org' => false]]];
        $composer = Factory::create($io, $own, true, true);
        $manager = $composer->getRepositoryManager();
        foreach ($config['repositories'] ?? [] as $repository) {
            if (isset($repository['type'])) {
                $manager->addRepository($manager->createRepository($repository['type'], $repository, $repository['name'] ?? null));
            }
        }

        return $composer;
    }

    /**
     * @param list<RepositoryInterface> $repositories
     * @param list<string> $urls
     * @param list<string> $names
     * @return list<RepositoryInterface>
     */
    private function filter(array $repositories, array $urls, array $names): array
    {
        $keep = static function (string $key, array $values) use (&$repositories): void {
            $repositories = array_filter($repositories, static fn ($repository) => $repository instanceof ConfigurableRepositoryInterface
                && in_array($repository->getRepoConfig()[$key] ?? null, $values, true));
        };
        if ($urls !== []) {
            $keep('url', $urls);
            if ($repositories === []) {
                throw new \InvalidArgumentException('Specified repository URL(s) "' . implode('", "', $urls) . '" do not exist.');
            }
        }
        if ($names !== []) {
            $keep('name', $names);
            if ($repositories === []) {
                $list = implode(', ', $names);
                throw new \InvalidArgumentException("Could not find any repositories config with \"name\" matching your package(s) filter: $list");
            }
        }

        return array_values($repositories);
    }

    /**
     * @param list<RepositoryInterface> $repositories
     * @param list<string> $names
     * @param array<string, mixed> $config
     * @return array<string, CompletePackage> by unique name
     */
    private function select(array $repositories, array $names, array $config, bool $skipErrors, OutputInterface $output): array
    {
        $all = [];
        foreach ($repositories as $repository) {
            try {
                foreach ($repository->getPackages() as $package) {
                    if (!$package instanceof AliasPackage && ($names === [] || in_array($package->getName(), $names, true))) {
                        $all[$package->getUniqueName()] = $package;
                    }
                }
            } catch (\Exception $error) {
                if (!$skipErrors) {
                    throw $error;
                }
                $output->writeln("<error>Skipping Exception '{$error->getMessage()}'.</error>");
            }
        }
        if (($config['require-all'] ?? false) === true || !isset($config['require'])) {
            ksort($all);
            return $all;
        }

        $selected = [];
        $parser = new VersionParser();
        foreach ($config['require'] as $name => $wanted) {
            $constraint = $parser->parseConstraints($wanted);
            $matches = array_filter($all, static fn ($package) => $package->getName() === $name
                && $constraint->matches($parser->parseConstraints('==' . $package->getVersion())));
            if ($matches === []) {
                $output->writeln("<error>The $name $wanted requirement did not match any package</error>");
            }
            $selected += $matches;
        }
        ksort($selected);

        return $selected;
    }
}
