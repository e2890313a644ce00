/** This package's TypeScript compiler: `node_modules/.bin/tsc` may be the one that tslab brings along, which is older. */
import "typescript/bin/tsc";
