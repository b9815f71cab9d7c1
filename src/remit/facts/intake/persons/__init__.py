"""Files about persons that come beside a source: their ids, anchors and signed answers."""
