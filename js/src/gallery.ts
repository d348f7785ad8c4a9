/** Gallery in the page. `seedance_widgets/widgets/gallery.py` is its other half. */
import type { AnyWidget, RenderProps } from "@anywidget/types";
import { Children } from "./children.ts";
import { GALLERY_ICONS } from "./gallery_icons.ts";
import type { GalleryTraits } from "./gallery_protocol.ts";
import { GalleryStore } from "./gallery_store.ts";
import { GalleryView } from "./gallery_view.ts";
import { addIcons } from "./icons.ts";
import { JOB_ICONS } from "./job_icons.ts";
import { takeOver } from "./kept.ts";

addIcons(JOB_ICONS);
addIcons(GALLERY_ICONS);

const widget: AnyWidget<GalleryTraits> = () => {
  let store: GalleryStore | undefined;
  return {
    initialize({ model, signal }) {
      store = new GalleryStore(model, signal);
    },
    render(props: RenderProps<GalleryTraits>) {
      if (!store) return;
      const children = new Children(props, "To see it, display it in a cell of its own.");
      const still = matchMedia("(prefers-reduced-motion: reduce)").matches;
      const opened = async () =>
        // a form that is filled again gets the caret instead, and comes into view by it
        (await children.opened())?.scrollIntoView({ block: "nearest", behavior: still ? "instant" : "smooth" });
      const view = new GalleryView(store, props.signal, () => void opened());
      const show = () => {
        const root = children.element.getRootNode() as Document | ShadowRoot;
        const held = children.element.contains(root.activeElement);
        children.show(props.model.get("views") ?? []);
        if (held && !children.element.contains(root.activeElement)) view.focus();
      };
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
};

export default widget;
