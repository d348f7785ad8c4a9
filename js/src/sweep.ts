/** Sweep in the page. `seedance_widgets/widgets/sweep.py` is its other half. */
import type { AnyWidget, RenderProps } from "@anywidget/types";
import { Children } from "./children.ts";
import { atEnd } from "./dom.ts";
import { addIcons } from "./icons.ts";
import { SWEEP_ICONS } from "./sweep_icons.ts";
import type { SweepTraits } from "./sweep_protocol.ts";
import { SweepStore } from "./sweep_store.ts";
import { SweepView } from "./sweep_view.ts";

addIcons(SWEEP_ICONS);

const widget: AnyWidget<SweepTraits> = () => {
  let store: SweepStore | undefined;
  return {
    initialize({ model, signal }) {
      store = new SweepStore(model, signal);
    },
    render(props: RenderProps<SweepTraits>) {
      if (!store) return;
      const children = new Children(props, "To see it, display it in a cell of its own.");
      const still = matchMedia("(prefers-reduced-motion: reduce)").matches;
      const opened = async () =>
        (await children.opened())?.scrollIntoView({ block: "nearest", behavior: still ? "instant" : "smooth" });
      const view = new SweepView(store, props.el, props.signal, () => void opened());
      const show = () => children.show(props.model.get("views") ?? []);
      props.model.on("change:views", show);
      show();
      props.el.append(view.element, children.element);
      atEnd(props.signal, () => {
        props.model.off("change:views", show);
        view.element.remove();
        children.element.remove();
      });
    },
  };
};

export default widget;
