/** The few globals that Node and every browser have, as far as they are used here. */

declare function atob(base64: string): string;
declare function btoa(bytes: string): string;
