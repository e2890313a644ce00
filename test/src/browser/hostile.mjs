import assert from "node:assert/strict";

export default {
  async "markup in any text shows as text and runs nothing"(lens) {
    await lens.open("hostile", { scope: "all", token: 1, top: 2 });
    await lens.page.getByText("Numbers as a table").click();
    await lens.page.locator(".cl-chip").nth(2).hover();
    await lens.point(0.5, 0.5);
    await lens.page.waitForTimeout(100);
    assert.equal(await lens.page.evaluate(() => window.hacked), undefined);
    assert.equal(await lens.page.locator("main script, main img[src=x]").count(), 0);
    assert.match(await lens.page.locator(".cl-caption").innerText(), /<img src=x onerror=/);
  },

  async "a hundred lenses opened and closed leave nothing behind"(lens) {
    const { page } = lens;
    const count = async () => {
      const session = await page.context().newCDPSession(page);
      await session.send("HeapProfiler.collectGarbage");
      await session.send("HeapProfiler.collectGarbage");
      const { metrics } = await session
        .send("Performance.enable")
        .then(() => session.send("Performance.getMetrics"));
      return Object.fromEntries(metrics.map((m) => [m.name, m.value]));
    };
    await lens.open("example");
    const before = await count();
    for (let i = 0; i < 100; i++) await page.evaluate(() => window.gallery.open("example"));
    await lens.frame();
    const after = await count();
    assert.ok(after.Nodes < before.Nodes * 1.5, `${before.Nodes} nodes, then ${after.Nodes}`);
    assert.ok(
      after.JSEventListeners < before.JSEventListeners * 1.5 + 20,
      `${after.JSEventListeners} listeners`,
    );
    assert.ok(after.JSHeapUsedSize < before.JSHeapUsedSize + 5e6, `${after.JSHeapUsedSize} bytes`);
  },
};
