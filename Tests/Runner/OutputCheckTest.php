<?php

declare(strict_types=1);

namespace SatisOperator\Tests;

use PHPUnit\Framework\TestCase;

/** A Satis that ends with 0 and leaves something wrong is not published. */
final class OutputCheckTest extends TestCase
{
    /** @return array<string, array{string, string}> */
    public function damages(): array
    {
        return [
            'no packages.json' => ['rm $staging/packages.json', 'wrote no packages.json'],
            'half a packages.json' => ['head -c 40 $staging/packages.json > /tmp/half.$$; mv /tmp/half.$$ $staging/packages.json', 'not the JSON object'],
            'packages.json of another layout' => ['echo "{\"includes\": {\"x.json\": 7}}" > $staging/packages.json', 'not laid out'],
            'a missing include' => ['rm $staging/include/*', 'which packages.json names'],
            'a changed include' => ['for f in $staging/include/*; do echo >> "$f"; done', 'does not have the checksum'],
            'a missing p2 file' => ['rm $staging/p2/acme/b.json', 'p2/acme/b.json, which packages.json names'],
            'a missing p2 file of branches' => ['rm $staging/p2/acme/b~dev.json', 'p2/acme/b~dev.json'],
            'half a p2 file' => ['echo "{\"pack" > $staging/p2/acme/a.json', 'p2/acme/a.json is not the JSON object'],
            'a missing archive' => ['rm $staging/dist/acme/b/2.0.0.zip', 'no archive dist/acme/b/2.0.0.zip'],
            'a missing old archive' => ['rm $staging/dist/acme/b/*', 'no archive dist/acme/b/2.0.0.zip'],
            'a torn archive' => ['echo torn > $staging/dist/acme/b/2.0.0.zip', 'checksum in the metadata'],
        ];
    }

    /** @dataProvider damages */
    public function test_a_damaged_output_is_not_published(string $damage, string $message): void
    {
        $workspace = new Workspace();
        $satis = new TinySatis($workspace);
        $satis->builds('1.0.0', 'acme/b');
        self::assertSame(0, $workspace->run()->exitCode);
        $before = $workspace->servedBytes();
        $satis->builds('2.0.0', 'acme/b');
        $workspace->satisThatThen($damage);

        $result = $workspace->run();

        self::assertSame('OutputInvalid', $result->report['reason'], $result->output);
        self::assertStringContainsString($message, $result->report['message']);
        self::assertSame($before, $workspace->servedBytes());
    }

    public function test_an_archive_that_was_whole_in_the_release_before_and_is_torn_now_is_not_published(): void
    {
        $workspace = new Workspace();
        (new TinySatis($workspace))->builds('1.0.0');
        self::assertSame(0, $workspace->run()->exitCode);
        $before = $workspace->servedBytes();
        $workspace->satisThatThen('cd $staging/dist/acme/a; head -c 9 1.0.0.zip > torn; mv torn 1.0.0.zip');

        $result = $workspace->run();

        self::assertSame('OutputInvalid', $result->report['reason'], $result->output);
        self::assertStringContainsString('1.0.0.zip does not have the checksum', $result->report['message']);
        self::assertSame($before, $workspace->servedBytes());
    }

    /** @return array<string, array{string}> */
    public function formats(): array
    {
        return ['zip' => ['zip'], 'tar' => ['tar']];
    }

    /** @dataProvider formats */
    public function test_a_new_archive_that_does_not_open_is_not_published_even_with_its_checksum(string $format): void
    {
        $workspace = new Workspace('a');
        $archive = ['directory' => 'dist', 'format' => $format];
        $workspace->configure([$workspace->git->url('a')], ['archive' => $archive]);
        self::assertSame(0, $workspace->run()->exitCode);
        // Satis takes an archive that is there for whole, and names its checksum.
        $workspace->git->tag('a', '2.0.0');
        $real = $workspace->satis;
        $workspace->satis = $workspace->script('satis', escapeshellarg($real) . ' "$@" || exit; for staging; do :; done; '
            . 'cd $staging/dist/acme/a; for f in *2.0.0*; do head -c 30 $f > torn; mv torn $f; done; cd /; ' . escapeshellarg($real) . ' "$@"');

        $result = $workspace->run();

        self::assertSame('OutputInvalid', $result->report['reason'], $result->output);
        self::assertStringContainsString('cannot be opened', $result->report['message']);
    }

    public function test_archives_of_every_format_are_published(): void
    {
        foreach (['zip', 'tar'] as $format) {
            $workspace = new Workspace('a');
            $workspace->configure([$workspace->git->url('a')], ['archive' => ['directory' => 'files/dist', 'format' => $format]]);

            $result = $workspace->run();

            self::assertSame(0, $result->exitCode, $result->output);
            self::assertCount(2, glob("{$workspace->root}/output/current/files/dist/acme/a/*.$format"));
        }
    }

    public function test_archives_elsewhere_are_not_looked_for(): void
    {
        $workspace = new Workspace('a');
        $workspace->configure([$workspace->git->url('a')], ['archive' => ['directory' => 'dist', 'prefix-url' => 'https://cdn.example.test']]);
        self::assertSame(0, $workspace->run()->exitCode);
        $workspace->satisThatThen('rm -r $staging/dist');

        self::assertSame('OutputInvalid', $workspace->run()->report['reason'], 'The prefix is what the archives are found by.');

        $workspace = new Workspace('a');
        $workspace->configure([$workspace->git->url('a')], ['archive' => null]);
        self::assertSame(0, $workspace->run()->exitCode);
    }

    public function test_a_full_build_that_finds_nothing_any_more_is_not_published(): void
    {
        $workspace = new Workspace();
        (new TinySatis($workspace))->builds('1.0.0');
        self::assertSame(0, $workspace->run()->exitCode);
        $workspace->satisThatThen('echo "{\"packages\": [], \"metadata-url\": \"/composer/p2/%package%.json\", \"available-packages\": []}" > $staging/packages.json');

        $result = $workspace->run();

        self::assertSame('OutputInvalid', $result->report['reason'], $result->output);
        self::assertStringContainsString('found no package at all, the current release has 1', $result->report['message']);
    }

    public function test_a_partial_build_that_lost_other_packages_is_not_published(): void
    {
        $workspace = new Workspace('a', 'b');
        $workspace->run();
        // What an interrupted copy or a careless hand may do to a release.
        array_map('unlink', glob("{$workspace->root}/output/current/include/*"));

        $result = $workspace->runPartial('a');

        self::assertSame('OutputInvalid', $result->report['reason'], $result->output);
        self::assertStringContainsString('lost packages of the current release (acme/b)', $result->report['message']);
        self::assertSame(0, $workspace->run()->exitCode, 'A full build repairs it.');
    }

    public function test_a_repository_with_providers_is_checked_and_published(): void
    {
        $workspace = new Workspace();
        $satis = new TinySatis($workspace);
        $satis->builds('1.0.0');
        $provider = json_encode(['packages' => ['acme/a' => ['1.0.0' => ['name' => 'acme/a', 'version' => '1.0.0']]]]);
        $hash = hash('sha256', $provider);
        $satis->write("p/acme/a\$$hash.json", $provider);
        $satis->write('packages.json', json_encode([
            'packages' => [], 'providers-url' => '/composer/p/%package%$%hash%.json', 'providers' => ['acme/a' => ['sha256' => $hash]],
        ]));
        self::assertSame(0, $workspace->run()->exitCode);

        $workspace->satisThatThen('rm $staging/p/acme/*');
        self::assertSame('OutputInvalid', $workspace->run()->report['reason']);
    }
}
