// What a client has to change to run on coulis, as data: files, places, lines. Not the making of a patch: init.ts.

/** Lines that come behind a line, or in its place. */
export interface Edit {
  /** The line, the last of those that match. */
  readonly at: RegExp
  /** The same in words, for those who do it by hand. */
  readonly place: string
  readonly lines: readonly string[]
  /** Whether they take its place. */
  readonly replaces?: boolean
}

/** One file: what is edited, or what a new one holds. */
export interface FileChange {
  readonly path: string
  readonly edits?: readonly Edit[]
  readonly creates?: readonly string[]
}

/** This is a client: the project of others that runs coulis after these changes. */
export interface Client {
  readonly repository: string
  /** What is to be installed, and where. */
  readonly install: string
  /** What to do afterwards. */
  readonly afterwards: string
  readonly changes: readonly FileChange[]
}

/** The clients by name. */
export const CLIENTS: Readonly<Record<string, Client>> = {
  typeberry: {
    repository: 'FluffyLabs/typeberry',
    install: 'npm install coulis -w packages/core/pvm-host-calls',
    afterwards: 'start the node with --pvm=coulis',
    changes: [
      {
        path: 'packages/jam/config/pvm-backend.ts',
        edits: [
          {
            at: /^export const PvmBackendNames = \[/,
            place: 'in place of the list of names',
            replaces: true,
            lines: ['export const PvmBackendNames = ["built-in", "ananas", "coulis"];'],
          },
          { at: /^ {2}Ananas = 1,$/, place: 'behind Ananas', lines: ['  /** coulis. */', '  Coulis = 2,'] },
        ],
      },
      {
        path: 'packages/core/pvm-host-calls/pvm-instance-manager.ts',
        edits: [
          {
            at: /^import /,
            place: 'behind the imports',
            lines: ['import { createTypeberryPvm } from "coulis/typeberry";'],
          },
          {
            at: /^ {6}default:$/,
            place: 'in front of default',
            replaces: true,
            lines: [
              '      case PvmBackend.Coulis:',
              '        instances.push(createTypeberryPvm({ engine: "auto" }));',
              '        break;',
              '      default:',
            ],
          },
        ],
      },
      {
        path: 'packages/workers/importer/protocol.ts',
        edits: [
          {
            at: /^ {8}if \(o === PvmBackend\.Ananas\) \{$/,
            place: 'in front of the test for Ananas',
            replaces: true,
            lines: [
              '        if (o === PvmBackend.Coulis) {',
              '          return PvmBackend.Coulis;',
              '        }',
              '        if (o === PvmBackend.Ananas) {',
            ],
          },
        ],
      },
    ],
  },
  tsjam: {
    repository: 'vekexasia/tsjam',
    install: 'add coulis to the dependencies of packages/jam-core',
    afterwards: 'all machines of the node are coulis’ now',
    changes: [
      {
        path: 'packages/jam-core/src/pvm/proxy.ts',
        edits: [
          {
            at: /^import \{ BaseMemory, PVM, PVMImplementation \} from "@tsjam\/pvm-base";$/,
            place: 'in place of the import of pvm-base',
            replaces: true,
            lines: ['import { BaseMemory, PVM, PVMExitReasonImpl, PVMImplementation } from "@tsjam/pvm-base";'],
          },
          {
            at: /^import \{ pvmImplementation \} from "@tsjam\/pvm-js";$/,
            place: 'in place of the import of pvm-js',
            replaces: true,
            lines: ['import { createTsjam } from "coulis/tsjam";'],
          },
          {
            at: /^export const pvmImpl: /,
            place: 'in place of the implementation',
            replaces: true,
            lines: [
              'export const pvmImpl: PVMImplementation<PVM, BaseMemory> = createTsjam({ exits: PVMExitReasonImpl });',
            ],
          },
        ],
      },
    ],
  },
  'pvm-debugger': {
    repository: 'FluffyLabs/pvm-debugger',
    install: 'npm install coulis -w apps/web',
    afterwards: 'switch coulis on in the settings',
    changes: [
      {
        path: 'apps/web/src/workers/coulis.worker.ts',
        creates: [
          'import { serveWorker } from "coulis/debugger";',
          '',
          'serveWorker(self as unknown as Parameters<typeof serveWorker>[0], {',
          '  engine: "auto",',
          '});',
        ],
      },
      {
        path: 'apps/web/src/lib/runtime.ts',
        edits: [
          {
            at: /^import AnanasWorker /,
            place: 'behind the import of AnanasWorker',
            lines: ['import CoulisWorker from "../workers/coulis.worker.ts?worker";'],
          },
          {
            at: /^ {4}default:$/,
            place: 'in front of default',
            replaces: true,
            lines: [
              '    case "coulis": {',
              '      const worker = new CoulisWorker();',
              '      return new WorkerBridge("coulis", "coulis", worker);',
              '    }',
              '    default:',
            ],
          },
        ],
      },
      {
        path: 'apps/web/src/lib/debugger-settings.ts',
        edits: [
          {
            at: /^ {2}\{ id: "ananas", /,
            place: 'behind the entry of ananas',
            lines: ['  { id: "coulis", label: "coulis", hint: "coulis, interpreted and compiled" },'],
          },
        ],
      },
    ],
  },
}
