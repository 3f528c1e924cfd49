<?php

declare(strict_types=1);

// Runs Satis for one work order: see Runner::work() for the steps, from the lock to the published release.

namespace SatisOperator;

spl_autoload_register(static function (string $class): void {
    require __DIR__ . '/' . substr($class, strlen(__NAMESPACE__) + 1) . '.php';
});

// A warning of PHP is a step that did not happen, so it is never passed over; "@" marks where a result is looked at instead.
// What a later PHP only advises against still works.
error_reporting(E_ALL & ~E_DEPRECATED);
set_error_handler(static function (int $level, string $message, string $file, int $line): bool {
    if ((error_reporting() & $level) === 0) {
        return true;
    }
    throw new \ErrorException($message, 0, $level, $file, $line);
});

// What the web server has to read must not depend on the image's umask; metadata of large repositories on its memory_limit.
umask(0022);
ini_set('memory_limit', '-1');

try {
    $options = Options::parse(array_slice($argv, 1));
} catch (\InvalidArgumentException $error) {
    fwrite(STDERR, $error->getMessage() . "\n" . Options::USAGE);
    exit(2);
}
if ($options->help) {
    echo Options::USAGE;
    exit(0);
}
exit((new Runner($options))->run());
