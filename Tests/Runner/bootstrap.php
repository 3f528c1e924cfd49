<?php

declare(strict_types=1);

namespace SatisOperator\Tests;

spl_autoload_register(static function (string $class): void {
    $file = __DIR__ . '/Support/' . substr($class, strlen(__NAMESPACE__) + 1) . '.php';
    if (strpos($class, __NAMESPACE__ . '\\') === 0 && is_file($file)) {
        require $file;
    }
});
