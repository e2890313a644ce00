import type { GraphProto } from "onnx-buf";

/** Name of the node that runs the image tower where there is an image token, as tools/export writes it. */
export const IMAGE_BRANCH = "image_tower_where_there_is_an_image";

/** Puts the nodes of the image tower's branch among the others: with an image the graph computes the same. */
export function withoutImageBranch(graph: GraphProto): void {
  const at = graph.node.findIndex(({ name }) => name === IMAGE_BRANCH);
  if (at < 0) return;
  const branch = graph.node[at];
  const tower = branch.attribute.find(({ name }) => name === "then_branch")?.g;
  if (!tower) return;
  // The branch's own names for what it gives, in its order.
  const given = new Map(tower.output.map(({ name }, i) => [name, branch.output[i]]));
  const outside = (name: string) => given.get(name) ?? name;
  for (const node of tower.node) {
    node.input = node.input.map(outside);
    node.output = node.output.map(outside);
  }
  graph.node.splice(at, 1, ...tower.node);
}
