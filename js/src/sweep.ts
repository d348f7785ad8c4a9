/** Sweep in the page. `seedance_widgets/widgets/sweep.py` is its other half. */
import type { AnyWidget, RenderProps } from "@anywidget/types";
import { Children } from "./children.ts";
import { addIcons } from "./icons.ts";
import { JOB_ICONS } from "./job_icons.ts";
import { takeOver } from "./kept.ts";
import { SWEEP_ICONS } from "./sweep_icons.ts";
import type { SweepTraits } from "./sweep_protocol.ts";
import { SweepView } from "./sweep_view.ts";

addIcons(JOB_ICONS);
addIcons(SWEEP_ICONS);

const widget: AnyWidget<SweepTraits> = {
  render(props: RenderProps<SweepTraits>) {
    const children = new Children(props, "To see it, display it in a cell of its own.");
    const view = new SweepView(props.model, props.signal);
    const show = () => children.show(props.model.get("views") ?? []);
    props.model.on("change:views", show);
    show();
    props.el.append(view.element, children.element);
    takeOver(props.el);
    props.signal.addEventListener(
      "abort",
      () => {
        props.model.off("change:views", show);
        view.element.remove();
        children.element.remove();
      },
      { once: true },
    );
  },
};

export default widget;
