/**
 * What may be told to others of where something came from: the name of a file without the folders that lead to it, an
 * address without the person's name, password, query and fragment, which may hold keys. Other names stay as they are.
 */
export function sharedName(from: string): string {
  const address = /^([a-z][a-z0-9+.-]+:)\/\/(?:[^/?#]*@)?([^/?#]*)([^?#]*)/i.exec(from);
  if (address && address[1].toLowerCase() !== "file:") return `${address[1]}//${address[2]}${address[3]}`;
  if (/^(data|blob):/i.test(from)) return from.slice(0, from.indexOf(":"));
  const path = address ? decoded(address[3]) : from;
  return path.replace(/[\\/]+$/, "").replace(/^.*[\\/]/s, "") || from;
}

/** The same where a name is surely a path or an address; others stay whole, such as `owner/name` of a hub. */
export function sharedReference(id: string): string {
  return /^(?:[/\\~.]|[a-z]:[/\\]|[a-z][a-z0-9+.-]+:\/\/)/i.test(id) ? sharedName(id) : id;
}

function decoded(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}
