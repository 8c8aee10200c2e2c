"""What holds for every picture, and for every panel that moves one."""


def assert_nothing_is_cut_off(picture) -> None:
    """All that is drawn lies inside the figure."""
    picture.canvas.draw()
    box = picture.get_tightbbox()
    assert box.x0 >= 0 and box.y0 >= 0 and box.x1 <= picture.get_figwidth() and box.y1 <= picture.get_figheight(), box


def assert_moves(panel, control: str) -> None:
    """One end of a control gives another picture and another description than the value that it starts with."""
    widget, png, description = panel.controls[control], panel._png, panel.description
    choices = (False, True) if isinstance(widget.value, bool) else getattr(widget, "options", None)
    choices = choices or (widget.min, widget.max)

    def moved(end) -> bool:
        widget.value = end
        return panel._png != png and panel.description != description

    assert moved(choices[-1]) or moved(choices[0]), control
