<?php

declare(strict_types=1);

namespace SatisOperator\Tests;

use PHPUnit\Framework\TestCase;

/** The runner runs in images that its authors have never seen. */
final class SourceCodeTest extends TestCase
{
    /** Extensions that every build of PHP has, and posix and zip, which the runner asks for before it uses them. */
    private const EXTENSIONS = ['Core', 'date', 'hash', 'json', 'pcre', 'random', 'SPL', 'standard', 'posix'];
    /** Constants of pcntl, and one that musl's glob does not know. */
    private const MISSING_CONSTANTS = ['SIGTERM', 'SIGKILL', 'SIGINT', 'WNOHANG', 'GLOB_BRACE'];
    private const NEWER_THAN_7_4 = ['str_contains', 'str_starts_with', 'str_ends_with', 'get_debug_type', 'array_is_list', 'fsync', 'fdatasync', 'json_validate'];

    public function test_it_calls_only_functions_that_every_php_since_7_4_has(): void
    {
        foreach ($this->files() as $file) {
            foreach ($this->calls($file) as $name) {
                self::assertNotContains($name, self::NEWER_THAN_7_4, basename($file));
                if (function_exists($name)) {
                    $extension = (new \ReflectionFunction($name))->getExtensionName();
                    self::assertContains($extension, self::EXTENSIONS, "$name in " . basename($file));
                }
            }
        }
    }

    public function test_it_uses_no_constant_that_the_images_lack(): void
    {
        foreach ($this->files() as $file) {
            $names = array_column(\PhpToken::tokenize(file_get_contents($file)), 'text');
            self::assertSame([], array_values(array_intersect(self::MISSING_CONSTANTS, $names)), basename($file));
        }
    }

    public function test_it_runs_on_a_php_without_shared_extensions(): void
    {
        $workspace = new Workspace();
        $satis = new TinySatis($workspace);
        $workspace->script('php', 'exec ' . PHP_BINARY . ' -n "$@"');
        $extensions = Process::start(["{$workspace->root}/bin/php", '-m']);
        $extensions->wait();
        self::assertStringNotContainsString('posix', $extensions->output());
        self::assertStringNotContainsString('zip', $extensions->output());

        foreach (['1.0.0', '2.0.0'] as $version) {
            $satis->builds($version);
            $result = $workspace->run();
            self::assertSame(0, $result->exitCode, $result->output);
        }
    }

    public function test_every_file_is_short_and_named_after_its_class(): void
    {
        foreach ($this->files() as $file) {
            self::assertLessThan(400, count(file($file)), basename($file));
            if (basename($file) !== 'runner.php') {
                self::assertMatchesRegularExpression('/^final class ' . basename($file, '.php') . '\b/m', file_get_contents($file));
            }
        }
    }

    /** @return list<string> */
    private function files(): array
    {
        return glob(Workspace::RUNNER . '/*.php');
    }

    /** @return list<string> names that are followed by a parenthesis and stand for no method, class or definition */
    private function calls(string $file): array
    {
        $tokens = array_values(array_filter(\PhpToken::tokenize(file_get_contents($file)), static fn ($token) => !$token->isIgnorable()));
        $calls = [];
        foreach ($tokens as $index => $token) {
            $before = $tokens[$index - 1] ?? null;
            if ($token->is(T_STRING) && ($tokens[$index + 1]->text ?? '') === '('
                && !$before->is([T_OBJECT_OPERATOR, T_DOUBLE_COLON, T_NEW, T_FUNCTION])) {
                $calls[] = strtolower($token->text);
            }
        }

        return $calls;
    }
}
